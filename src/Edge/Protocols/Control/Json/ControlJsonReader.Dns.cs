using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Control.Json;

internal sealed partial class ControlJsonReader
{
    private static readonly FieldNames s_dns = FieldNames.Of<DnsField>();
    private static readonly FieldNames s_resolver = FieldNames.Of<ResolverField>();
    private static readonly FieldNames s_record = FieldNames.Of<RecordField>();

    private DnsConfig? ReadDns(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        var dns = DnsConfig.Empty;
        while (json.NextField(s_dns, out var field))
        {
            switch ((DnsField)field)
            {
                case DnsField.Resolvers: dns = dns with { Resolvers = ReadResolvers(ref json) }; break;
                case DnsField.Routes: dns = dns with { Routes = ReadRoutes(ref json) }; break;
                case DnsField.FallbackResolvers: dns = dns with { FallbackResolvers = ReadResolvers(ref json) }; break;
                case DnsField.Domains: dns = dns with { Domains = ReadTexts(ref json) }; break;
                case DnsField.Proxied: dns = dns with { IsMagicDns = json.Boolean() }; break;
                case DnsField.Nameservers: dns = dns with { Nameservers = ReadAddresses(ref json) }; break;
                case DnsField.CertDomains: dns = dns with { CertificateDomains = ReadTexts(ref json) }; break;
                case DnsField.ExtraRecords: dns = dns with { ExtraRecords = ReadList(ref json, static (ref source) => ReadRecord(ref source)) }; break;
                case DnsField.ExitNodeFilteredSet: dns = dns with { ExitNodeFilteredSet = ReadTexts(ref json) }; break;
                default: json.Skip(); break;
            }
        }
        return dns;
    }

    private static ValueList<DnsResolver> ReadResolvers(ref JsonSource json)
    {
        if (!json.EnterArray()) return default;
        var list = new List<DnsResolver>();
        while (json.NextItem())
        {
            // A null in the list is nobody to ask.
            if (!json.IsNull)
                list.Add(ReadResolver(ref json));
        }
        return ValueLists.Own(list.ToArray());
    }

    private static DnsResolver ReadResolver(ref JsonSource json)
    {
        var (address, bootstrap, withExitNode) = ("", default(ValueList<IpAddress>), false);
        json.EnterObject();
        while (json.NextField(s_resolver, out var field))
        {
            switch ((ResolverField)field)
            {
                case ResolverField.Addr: address = json.Pooled(); break;
                case ResolverField.BootstrapResolution: bootstrap = ReadAddresses(ref json); break;
                case ResolverField.UseWithExitNode: withExitNode = json.Boolean(); break;
                default: json.Skip(); break;
            }
        }
        return new(address, bootstrap, withExitNode);
    }

    private static ValueList<IpAddress> ReadAddresses(ref JsonSource json) => ReadList(ref json, static (ref source) => source.Address());

    private static ValueList<DnsRoute> ReadRoutes(ref JsonSource json)
    {
        if (!json.EnterObject()) return default;
        var routes = new SortedDictionary<string, DnsRoute>(StringComparer.Ordinal);
        while (json.NextKey(out string suffix))
            routes[suffix] = new(suffix, ReadResolvers(ref json));
        var ordered = new DnsRoute[routes.Count];
        routes.Values.CopyTo(ordered, 0);
        return ValueLists.Own(ordered);
    }

    private static DnsRecord ReadRecord(ref JsonSource json)
    {
        var (name, type, value) = ("", "", "");
        if (!json.EnterObject()) throw json.Fault("record");
        while (json.NextField(s_record, out var field))
        {
            switch ((RecordField)field)
            {
                case RecordField.Name: name = json.Text(); break;
                case RecordField.Type: type = json.Pooled(); break;
                case RecordField.Value: value = json.Text(); break;
                default: json.Skip(); break;
            }
        }
        return new(name, type, value);
    }
}
