using System.Diagnostics.Metrics;
using Edge.Node.Networks;

namespace Edge.Orb;

/// <summary>What the server measures of its networks.</summary>
internal static class NetworkInstruments
{
    public static void Create(Meter meter, NetworkSet networks)
    {
        meter.CreateObservableCounter("edge.network.packets", () => Both(networks, static f => f.PacketsIn, static f => f.PacketsOut), description: "Packets through a network's tunnel, by direction.");
        meter.CreateObservableCounter("edge.network.bytes", () => Both(networks, static f => f.BytesIn, static f => f.BytesOut), description: "Bytes through a network's tunnel, by direction.");
        meter.CreateObservableCounter("edge.network.handshakes", () => One(networks, static f => f.Handshakes), description: "Handshake messages that a network's peers sent and that were taken.");
        meter.CreateObservableCounter("edge.network.dropped", () => One(networks, static f => f.Dropped), description: "Packets and datagrams of a network that went nowhere.");
        meter.CreateObservableGauge("edge.network.connections", () => One(networks, static f => f.Connections), description: "Open connections inside a network, in both directions.");
    }

    private static IEnumerable<Measurement<long>> One(NetworkSet networks, Func<NetworkFigures, long> figure) =>
        networks.Nodes.Select(node => new Measurement<long>(figure(node.Figures), Tag(node)));

    private static IEnumerable<Measurement<long>> Both(NetworkSet networks, Func<NetworkFigures, long> inwards, Func<NetworkFigures, long> outwards)
    {
        foreach (var node in networks.Nodes)
        {
            var figures = node.Figures;
            yield return new Measurement<long>(inwards(figures), Tag(node), new("direction", "in"));
            yield return new Measurement<long>(outwards(figures), Tag(node), new("direction", "out"));
        }
    }

    private static KeyValuePair<string, object?> Tag(INetworkNode node) => new("network", node.Network.Name);
}
