using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Protocols.Filter;
using Edge.Tests.Wire;
using PacketFilter = Edge.Protocols.Filter.Filter;

namespace Edge.Tests.Filter;

/// <summary>The recorded rule sets of tests/vectors/filter.</summary>
internal static class RecordedRules
{
    /// <summary>A filter with the rules, addresses and capabilities of a recorded set.</summary>
    public static PacketFilter FilterOf(JsonElement set, bool hasCapabilities = true)
    {
        var filter = new PacketFilter
        {
            Rules = new FilterRules(RulesOf(set.GetProperty("rules"))),
            IsShieldsUp = set.GetProperty("shields_up").GetBoolean(),
        };
        if (set.Has("local_prefixes"))
            filter.SetLocal([.. set.GetProperty("local_prefixes").EnumerateArray().Select(prefix => PrefixOf(prefix.GetString()!))]);
        if (hasCapabilities && set.Has("node_capabilities_by_source"))
        {
            foreach (var source in set.GetProperty("node_capabilities_by_source").EnumerateObject())
                filter.Capabilities.Set(AddressOf(source.Name), CapabilitiesOf([.. source.Value.EnumerateArray().Select(name => name.GetString()!)]));
        }
        return filter;
    }

    public static ValueList<FilterRule> RulesOf(JsonElement rules) => [.. rules.EnumerateArray().Select(RuleOf)];

    public static IpAddress AddressOf(string text) => IpAddress.TryParse(text, out var address) ? address : throw new InvalidDataException(text);

    public static IpPrefix PrefixOf(string text) => IpPrefix.TryParse(text, out var prefix) ? prefix : throw new InvalidDataException(text);

    public static Capabilities CapabilitiesOf(params string[] names) =>
        new([.. names.Order(StringComparer.Ordinal).Select(name => new NodeCapability(name, default))]);

    private static FilterRule RuleOf(JsonElement rule)
    {
        var sources = Texts(rule, "SrcIPs");
        return new FilterRule
        {
            Sources = [.. sources.SelectMany(Ranges)],
            SourceCapabilities = [.. sources.Where(source => source.StartsWith("cap:", StringComparison.Ordinal)).Select(source => source[4..])],
            Destinations = [.. Elements(rule, "DstPorts").SelectMany(DestinationsOf)],
            Protocols = rule.Has("IPProto")
                ? [.. Elements(rule, "IPProto").Select(number => number.GetInt32()).Where(number => number is >= 0 and <= 255).Select(number => (byte)number)]
                : FilterRule.UsualProtocols,
            Grants = [.. Elements(rule, "CapGrant").SelectMany(GrantsOf)],
        };
    }

    private static IEnumerable<FilterDestination> DestinationsOf(JsonElement destination)
    {
        var ports = destination.GetProperty("Ports");
        var range = new PortRange(ports.GetProperty("First").GetUInt16(), ports.GetProperty("Last").GetUInt16());
        return Ranges(destination.Text("IP")).Select(addresses => new FilterDestination(addresses, range));
    }

    private static IEnumerable<FilterGrant> GrantsOf(JsonElement grant) => Texts(grant, "Dsts").Select(PrefixOf).SelectMany(destination => (IEnumerable<FilterGrant>)
    [
        .. Texts(grant, "Caps").Select(name => new FilterGrant(destination, name, default, false)),
        .. grant.Has("CapMap")
            ? grant.GetProperty("CapMap").EnumerateObject().Select(entry => new FilterGrant(
                destination, entry.Name, [.. entry.Value.EnumerateArray().Select(value => value.GetRawText())], true))
            : [],
    ]);

    private static IEnumerable<AddressRange> Ranges(string text) =>
        text == "*" ? [AddressRange.AllV4, AddressRange.AllV6] : AddressRange.TryParse(text, out var range) ? [range] : [];

    private static JsonElement.ArrayEnumerator Elements(JsonElement element, string name) => element.Has(name) ? element.GetProperty(name).EnumerateArray() : default;

    private static List<string> Texts(JsonElement element, string name) => [.. Elements(element, name).Select(text => text.GetString()!)];
}
