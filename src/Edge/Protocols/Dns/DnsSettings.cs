using System.Globalization;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Dns;

/// <summary>
/// Whom to ask for which names, as it follows from the netmap and from what the user asked for (ipn/ipnlocal/node_backend.go of Tailscale 1.96.5,
/// dnsConfigForNetmap). It depends on the DNS part of the netmap, on this node and on the exit node: other peers do not touch it.
/// </summary>
internal sealed record DnsSettings
{
    private const int FirstVersionWithProxy = 26;

    /// <summary>Nothing is to be asked of the tailnet's resolvers.</summary>
    public static DnsSettings None { get; } = new();

    /// <summary>For all names that no route takes; empty: the system's own.</summary>
    public ValueList<DnsResolver> Default { get; init; }

    /// <summary>In the order of their suffixes, which are names' texts. Without resolvers: nobody is asked.</summary>
    public ValueList<DnsRoute> Routes { get; init; }

    /// <summary>Names' texts.</summary>
    public ValueList<string> SearchDomains { get; init; }

    /// <param name="map">The tailnet.</param>
    /// <param name="acceptsDns">The user wants its settings. Otherwise the tailnet's names are all that is answered.</param>
    /// <param name="exitNode">Null: none, or one that is not there.</param>
    /// <param name="usesExitNode">The user chose one, there or not.</param>
    public static DnsSettings Of(NetworkMap map, bool acceptsDns, TailnetNode? exitNode, bool usesExitNode)
    {
        if (!acceptsDns)
            return None;
        var dns = map.Dns;
        var routes = new SortedDictionary<string, ValueList<DnsResolver>>(StringComparer.Ordinal);
        if (dns.IsMagicDns)
            AddOwnDomains(routes, map.Self.Name);
        var search = new List<string>();
        foreach (var domain in dns.Domains)
        {
            if (DnsName.Normalize(domain) is { } name)
                search.Add(name);
        }
        var servers = dns.Resolvers;
        if (exitNode is not null && IsProxy(exitNode))
        {
            servers = UsableWithExitNode(dns.Resolvers);
            if (servers.IsEmpty)
                servers = [new DnsResolver(PeerApiOf(map.Self, exitNode) + "/dns-query", default, true)];
            AddRoutes(routes, dns.Routes, isThroughExitNode: true);
        }
        else
        {
            if (servers.IsEmpty && exitNode is { IsWireGuardOnly: true })
                servers = exitNode.ExitNodeResolvers;
            if (servers.IsEmpty && usesExitNode)
                servers = dns.FallbackResolvers;
            AddRoutes(routes, dns.Routes, isThroughExitNode: false);
        }
        var list = new List<DnsRoute>(routes.Count);
        foreach (var (suffix, resolvers) in routes)
            list.Add(new DnsRoute(suffix, resolvers));
        return new DnsSettings { Default = servers, Routes = [.. list], SearchDomains = [.. search] };
    }

    /// <summary>The tailnet's domain, and those under which its addresses are looked up.</summary>
    private static void AddOwnDomains(SortedDictionary<string, ValueList<DnsResolver>> routes, string selfName)
    {
        var name = selfName.Trim('.');
        var dot = name.IndexOf('.');
        if (dot < 0 || DnsName.Normalize(name[(dot + 1)..]) is not { } domain)
            return;
        routes[domain] = default;
        routes["0.e.1.a.c.5.1.1.a.7.d.f.ip6.arpa."] = default;
        for (var i = 64; i < 128; i++)
            routes[string.Create(CultureInfo.InvariantCulture, $"{i}.100.in-addr.arpa.")] = default;
    }

    private static void AddRoutes(SortedDictionary<string, ValueList<DnsResolver>> routes, ValueList<DnsRoute> from, bool isThroughExitNode)
    {
        foreach (var (suffix, resolvers) in from)
        {
            if (DnsName.Normalize(suffix) is not { } name)
                continue;
            var usable = isThroughExitNode ? UsableWithExitNode(resolvers) : resolvers;
            if (!usable.IsEmpty || resolvers.IsEmpty)
                routes[name] = usable;
        }
    }

    private static ValueList<DnsResolver> UsableWithExitNode(ValueList<DnsResolver> resolvers)
    {
        var usable = new List<DnsResolver>();
        foreach (var resolver in resolvers)
        {
            if (resolver.UseWithExitNode)
                usable.Add(resolver);
        }
        return [.. usable];
    }

    private static bool IsProxy(TailnetNode node) => node.CapabilityVersion >= FirstVersionWithProxy || PortOf(node, "peerapi-dns-proxy") > 0;

    /// <summary>The node's own HTTP server, by the family that both have; empty: it has none that we reach.</summary>
    private static string PeerApiOf(TailnetNode self, TailnetNode peer)
    {
        foreach (var (isV4, service) in (ReadOnlySpan<(bool, string)>)[(true, "peerapi4"), (false, "peerapi6")])
        {
            if (FirstOf(self, isV4) is null || PortOf(peer, service) is not (> 0 and var port))
                continue;
            return FirstOf(peer, isV4) is { } address ? $"http://{new Endpoint(address, port)}" : "";
        }
        return "";
    }

    private static ushort PortOf(TailnetNode node, string service)
    {
        ushort port = 0;
        foreach (var offered in node.Host.Services)
        {
            if (offered.Protocol == service)
                port = offered.Port;
        }
        return port;
    }

    private static IpAddress? FirstOf(TailnetNode node, bool isV4)
    {
        foreach (var prefix in node.Addresses)
        {
            if (prefix.Address.IsV4 == isV4 && prefix.Length == prefix.Address.BitCount)
                return prefix.Address;
        }
        return null;
    }
}
