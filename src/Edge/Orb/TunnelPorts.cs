using System.Collections.Immutable;
using Edge.Node.Networks;
using Microsoft.Extensions.Logging;

namespace Edge.Orb;

/// <summary>The ports that a server opens in its networks. No other port of the host or of the server is reachable from there.</summary>
internal static class TunnelPorts
{
    private const int Https = 443;
    private const int Http = 80;

    /// <param name="networks">Those that bridge inbound are asked for.</param>
    /// <param name="sites">Each is reached from the networks that its block names, or from all.</param>
    /// <param name="log">Told of sites that are hidden behind others.</param>
    public static ImmutableArray<(TunnelEndPoint EndPoint, Listener Listener)> Of(NetworkSet networks, ImmutableArray<Site> sites, ILogger log)
    {
        var ports = ImmutableArray.CreateBuilder<(TunnelEndPoint, Listener)>();
        foreach (var node in networks.Nodes)
        {
            var name = node.Network.Name;
            List<Site> reached = [.. sites.Where(site => site.Block.Networks is not { } named || named.Contains(name))];
            if (!node.Tunnel.BridgeInbound || reached.Count == 0)
                continue;
            var answersAll = reached.Find(static site => site.Block.Domains.IsEmpty);
            foreach (var hidden in reached.Where(site => site != answersAll && site.Block.Domains.IsEmpty))
                log.HiddenInNetwork(hidden.Name, name, answersAll!.Name);
            var origin = new ConnectionOrigin.Tunnel(name);
            var listenPort = node.Tunnel.ListenPort;
            foreach (var port in listenPort == Https ? [Https, Http] : (ReadOnlySpan<int>)[listenPort])
                ports.Add((new TunnelEndPoint(node.Network, (ushort)port), new Listener(origin, port, listenPort, reached)));
        }
        return ports.DrainToImmutable();
    }
}
