using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Protocols.Dns;
using Edge.Tests.Wire;

namespace Edge.Tests.Dns;

/// <summary>What Tailscale's client made of netmaps: names and addresses, routes, resolvers, search domains.</summary>
public sealed class RecordedSettingsTests
{
    [Test]
    public async Task Every_netmap_gives_the_recorded_settings()
    {
        var cases = 0;
        foreach (var recorded in Vectors.Json("dns", "config_from_netmap.json").EnumerateArray())
        {
            var (map, peers) = MapOf(recorded);
            var prefs = recorded.GetProperty("prefs");
            var exitNode = prefs.Text("ExitNodeID");
            var settings = DnsSettings.Of(
                map, prefs.GetProperty("CorpDNS").GetBoolean(), peers.FirstOrDefault(peer => peer.StableId == exitNode && exitNode != ""), usesExitNode: exitNode != "");
            var names = new TailnetNames();
            // In the wrong order on purpose: what is told of the peers depends on this node.
            foreach (var peer in peers)
                names.Apply(new PeerChange(peer.Id, null, peer));
            names.SetExtraRecords(map.Dns.ExtraRecords);
            names.SetSelf(map.Self);

            var config = recorded.GetProperty("config");
            var about = $"{recorded.Text("name")} {(recorded.Has("netmap_file") ? recorded.Text("netmap_file") : "")} {prefs}";
            await Assert.That(Sorted(names.All.ToDictionary(host => host.Name, host => host.Addresses.Select(address => address.ToString()))))
                .IsEqualTo(Sorted(config.GetProperty("hosts").EnumerateObject().ToDictionary(host => host.Name, host => Texts(host.Value)))).Because(about);
            await Assert.That(string.Join(' ', names.All.Where(host => host.HasSubdomains).Select(host => host.Name).Order(StringComparer.Ordinal)))
                .IsEqualTo(string.Join(' ', Texts(config.GetProperty("subdomain_hosts")).Order(StringComparer.Ordinal))).Because(about);
            await Assert.That(names.IsV6Only).IsEqualTo(config.GetProperty("only_ipv6").GetBoolean()).Because(about);
            await Assert.That(Sorted(settings.Routes.ToDictionary(route => route.Suffix, route => route.Resolvers.Select(resolver => resolver.Address))))
                .IsEqualTo(Sorted(config.GetProperty("routes").EnumerateObject().ToDictionary(route => route.Name, route => Texts(route.Value)))).Because(about);
            await Assert.That(string.Join(' ', settings.Default.Select(resolver => resolver.Address))).IsEqualTo(string.Join(' ', Texts(config.GetProperty("default_resolvers")))).Because(about);
            await Assert.That(string.Join(' ', settings.SearchDomains)).IsEqualTo(string.Join(' ', Texts(config.GetProperty("search_domains")))).Because(about);
            cases++;
        }
        await Assert.That(cases).IsEqualTo(69);
    }

    private static string Sorted(Dictionary<string, IEnumerable<string>> lists) =>
        string.Join('\n', lists.OrderBy(list => list.Key, StringComparer.Ordinal).Select(list => $"{list.Key} = {string.Join(' ', list.Value)}"));

    private static (NetworkMap Map, List<TailnetNode> Peers) MapOf(JsonElement recorded)
    {
        var isFile = recorded.Has("netmap_file");
        var map = isFile
            ? JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.PathOf("tests", "vectors", "dns"), recorded.Text("netmap_file")))).RootElement
            : recorded.GetProperty("map_response");
        var peers = Elements(map, "Peers").Select(NodeOf).ToList();
        var builder = new NetworkMapBuilder { Self = NodeOf(map.GetProperty(isFile ? "SelfNode" : "Node")), Dns = DnsOf(map.GetProperty(isFile ? "DNS" : "DNSConfig")) };
        foreach (var peer in peers)
            builder.SetPeer(peer);
        return (builder.ToMap(), peers);
    }

    private static DnsConfig DnsOf(JsonElement dns) => new()
    {
        Resolvers = ResolversOf(dns, "Resolvers"),
        FallbackResolvers = ResolversOf(dns, "FallbackResolvers"),
        Routes = dns.Has("Routes")
            ? [.. dns.GetProperty("Routes").EnumerateObject().Select(route => new DnsRoute(route.Name, ResolversOf(dns.GetProperty("Routes"), route.Name)))]
            : default,
        Domains = [.. Elements(dns, "Domains").Select(domain => domain.GetString()!)],
        IsMagicDns = dns.Has("Proxied") && dns.GetProperty("Proxied").GetBoolean(),
        ExtraRecords = [.. Elements(dns, "ExtraRecords").Select(record => new DnsRecord(record.Text("Name"), record.Has("Type") ? record.Text("Type") : "", record.Text("Value")))],
    };

    private static ValueList<DnsResolver> ResolversOf(JsonElement element, string name) =>
    [
        .. Elements(element, name).Select(resolver =>
            new DnsResolver(resolver.Text("Addr"), default, resolver.Has("UseWithExitNode") && resolver.GetProperty("UseWithExitNode").GetBoolean())),
    ];

    private static TailnetNode NodeOf(JsonElement node)
    {
        var capabilities = Elements(node, "Capabilities").Select(name => name.GetString()!)
            .Concat(node.Has("CapMap") ? node.GetProperty("CapMap").EnumerateObject().Select(entry => entry.Name) : []);
        var host = node.Has("Hostinfo") ? node.GetProperty("Hostinfo") : default;
        return new TailnetNode
        {
            Id = new NodeId(node.GetProperty("ID").GetInt64()),
            StableId = node.Text("StableID"),
            Name = node.Text("Name"),
            Key = KeyOf<NodeKind>.TryParse(node.Text("Key"), out var key) ? key : throw new InvalidDataException(),
            Addresses = [.. Elements(node, "Addresses").Select(prefix => IpPrefix.TryParse(prefix.GetString(), out var parsed) ? parsed : throw new InvalidDataException())],
            Capabilities = new([.. capabilities.Distinct().Order(StringComparer.Ordinal).Select(name => new NodeCapability(name, default))]),
            CapabilityVersion = node.Has("Cap") ? node.GetProperty("Cap").GetInt32() : 0,
            IsWireGuardOnly = node.Has("IsWireGuardOnly") && node.GetProperty("IsWireGuardOnly").GetBoolean(),
            ExitNodeResolvers = ResolversOf(node, "ExitNodeDNSResolvers"),
            Host = new HostInfo
            {
                Services = host.ValueKind == JsonValueKind.Object
                    ? [.. Elements(host, "Services").Select(service => new HostService(service.Text("Proto"), service.GetProperty("Port").GetUInt16(), ""))]
                    : default,
            },
        };
    }

    private static IEnumerable<string> Texts(JsonElement list) => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(text => text.GetString()!) : [];

    private static JsonElement.ArrayEnumerator Elements(JsonElement element, string name) => element.Has(name) ? element.GetProperty(name).EnumerateArray() : default;
}
