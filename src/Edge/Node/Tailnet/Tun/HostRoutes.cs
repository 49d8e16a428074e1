using System.Collections.Immutable;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Node.Tailnet.Routing;
using Edge.Protocols.Dns;

namespace Edge.Node.Tailnet.Tun;

/// <summary>What the host reaches through a tailnet's interface.</summary>
/// <param name="AcceptsRoutes">Networks behind peers too.</param>
/// <param name="HasExitNode">
/// What is public too, whether the exit node is there or not: what is to leave by it does not leave by the host. Private addresses stay the host's.
/// </param>
/// <param name="HasNameServer">100.100.100.100 answers.</param>
/// <param name="Advertised">What this node routes itself lies beside it, whoever else does.</param>
internal sealed record HostRoutes(bool AcceptsRoutes, bool HasExitNode, bool HasNameServer, ImmutableArray<IpPrefix> Advertised)
{
    // With more peers one route is for all their addresses of IPv4 (tailscale v1.96.5, ipn/ipnlocal, peerRoutes). One for those of IPv6 is enough
    // always: the range is nobody else's.
    private const int MostPeerRoutes = 10_000;

    /// <summary>Whether two netmaps may come to other routes.</summary>
    public static bool Differ(NetworkMap before, NetworkMap after)
    {
        List<PeerChange> changes = [];
        after.CollectChanges(before, changes);
        return changes.Exists(static change => change.Before?.AllowedIps != change.After?.AllowedIps || change.Before?.Addresses != change.After?.Addresses);
    }

    /// <param name="map">Whose peers are reached.</param>
    public HashSet<IpPrefix> Of(NetworkMap map)
    {
        HashSet<IpPrefix> routes = [];
        if (HasNameServer)
        {
            routes.Add(new IpPrefix(MagicDns.ServerV4, 32));
            routes.Add(new IpPrefix(MagicDns.ServerV6, 128));
        }
        if (HasExitNode)
            routes.UnionWith(RoutePolicy.Public);
        var isMany = map.Peers.Count > MostPeerRoutes;
        foreach (var (_, peer) in map.Peers)
        {
            foreach (var prefix in peer.AllowedIps)
            {
                if (peer.Addresses.Contains(prefix))
                    routes.Add(TailnetRanges.V6.Contains(prefix.Address) ? TailnetRanges.V6 : isMany && TailnetRanges.V4.Contains(prefix.Address) ? TailnetRanges.V4 : prefix);
                else if (AcceptsRoutes && prefix.Length > 0 && !Advertised.Any(own => own.Length > 0 && own.Length <= prefix.Length && own.Contains(prefix.Address)))
                    routes.Add(prefix);
            }
        }
        return routes;
    }
}
