using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Control.Json;

internal sealed partial class ControlJsonReader
{
    private static readonly FieldNames s_rule = FieldNames.Of<RuleField>();
    private static readonly FieldNames s_destination = FieldNames.Of<DestinationField>();
    private static readonly FieldNames s_ports = FieldNames.Of<PortField>();
    private static readonly FieldNames s_grant = FieldNames.Of<GrantField>();

    private readonly List<AddressRange> _ranges = [];

    /// <summary>Null for null: there, no change; in a list by name, the filter goes.</summary>
    private ValueList<FilterRule>? ReadRules(ref JsonSource json)
    {
        if (!json.EnterArray()) return null;
        var rules = new List<FilterRule>();
        while (json.NextItem())
            rules.Add(ReadRule(ref json));
        return ValueLists.Own(rules.ToArray());
    }

    // tailscale v1.96.5, wgengine/filter/tailcfg.go, MatchesFromFilterRules: what cannot be read is skipped, the rest of the rule counts.
    private FilterRule ReadRule(ref JsonSource json)
    {
        if (!json.EnterObject()) throw json.Fault("rule");
        var unreadable = new List<string>();
        var rule = new FilterRule();
        while (json.NextField(s_rule, out var field))
        {
            switch ((RuleField)field)
            {
                case RuleField.SrcIPs: rule = ReadSources(ref json, rule, unreadable); break;
                case RuleField.DstPorts: rule = rule with { Destinations = ReadDestinations(ref json, unreadable) }; break;
                case RuleField.IPProto: rule = rule with { Protocols = ReadProtocols(ref json) }; break;
                case RuleField.CapGrant: rule = rule with { Grants = ReadGrants(ref json) }; break;
                default: json.Skip(); break;
            }
        }
        return unreadable.Count == 0 ? rule : rule with { Unreadable = ValueLists.Own(unreadable.ToArray()) };
    }

    private FilterRule ReadSources(ref JsonSource json, FilterRule rule, List<string> unreadable)
    {
        if (!json.EnterArray()) return rule;
        _ranges.Clear();
        _texts.Clear();
        while (json.NextItem())
        {
            var text = json.Pooled();
            if (text.StartsWith("cap:", StringComparison.Ordinal))
                _texts.Add(text[4..]);
            else
                AddRanges(text, unreadable);
        }
        return rule with { Sources = ValueLists.Own(_ranges.ToArray()), SourceCapabilities = ValueLists.Own(_texts.ToArray()) };
    }

    private void AddRanges(string text, List<string> unreadable)
    {
        if (text == "*")
        {
            _ranges.Add(AddressRange.AllV4);
            _ranges.Add(AddressRange.AllV6);
        }
        else if (AddressRange.TryParse(text, out var range))
        {
            _ranges.Add(range);
        }
        else
        {
            unreadable.Add(text);
        }
    }

    private ValueList<FilterDestination> ReadDestinations(ref JsonSource json, List<string> unreadable)
    {
        if (!json.EnterArray()) return default;
        var list = new List<FilterDestination>();
        while (json.NextItem())
        {
            var (addresses, ports) = ("", default(PortRange));
            if (!json.EnterObject()) throw json.Fault("destination");
            while (json.NextField(s_destination, out var field))
            {
                switch ((DestinationField)field)
                {
                    case DestinationField.IP: addresses = json.Pooled(); break;
                    case DestinationField.Ports: ports = ReadPorts(ref json); break;
                    default: json.Skip(); break;
                }
            }
            _ranges.Clear();
            AddRanges(addresses, unreadable);
            foreach (var range in _ranges)
                list.Add(new(range, ports));
        }
        return ValueLists.Own(list.ToArray());
    }

    private static PortRange ReadPorts(ref JsonSource json)
    {
        var (first, last) = ((ushort)0, (ushort)0);
        if (!json.EnterObject()) return default;
        while (json.NextField(s_ports, out var field))
        {
            switch ((PortField)field)
            {
                case PortField.First: first = json.UInt16(); break;
                case PortField.Last: last = json.UInt16(); break;
                default: json.Skip(); break;
            }
        }
        return new(first, last);
    }

    /// <summary>None or null: the usual ones. Numbers that are no protocol are left out, and a rule of such alone matches nothing.</summary>
    private static ValueList<byte> ReadProtocols(ref JsonSource json)
    {
        if (!json.EnterArray()) return FilterRule.UsualProtocols;
        var (list, isEmpty) = (new List<byte>(), true);
        while (json.NextItem())
        {
            isEmpty = false;
            if (json.Int64() is >= 0 and <= byte.MaxValue and var protocol)
                list.Add((byte)protocol);
        }
        return isEmpty ? FilterRule.UsualProtocols : ValueLists.Own(list.ToArray());
    }

    private ValueList<FilterGrant> ReadGrants(ref JsonSource json)
    {
        if (!json.EnterArray()) return default;
        var list = new List<FilterGrant>();
        while (json.NextItem())
        {
            if (json.EnterObject())
                ReadGrant(ref json, list);
        }
        return ValueLists.Own(list.ToArray());
    }

    private void ReadGrant(ref JsonSource json, List<FilterGrant> grants)
    {
        ValueList<IpPrefix> destinations = default;
        ValueList<string> names = default;
        var byName = new List<(string Name, ValueList<string> Values, bool HasValues)>();
        while (json.NextField(s_grant, out var field))
        {
            switch ((GrantField)field)
            {
                case GrantField.Dsts:
                    destinations = ReadPrefixes(ref json);
                    break;
                case GrantField.Caps:
                    names = ReadTexts(ref json);
                    break;
                case GrantField.CapMap:
                    if (!json.EnterObject()) break;
                    while (json.NextKey(out string name))
                    {
                        var hasValues = !json.IsNull;
                        byName.Add((name, ReadRawValues(ref json), hasValues));
                    }
                    break;
                default:
                    json.Skip();
                    break;
            }
        }
        foreach (var destination in destinations)
        {
            foreach (var name in names)
                grants.Add(new(destination, name, default, HasValues: false));
            foreach (var (name, values, hasValues) in byName)
                grants.Add(new(destination, name, values, hasValues));
        }
    }
}
