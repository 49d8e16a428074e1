using Edge.Dataplane;

namespace Edge.Node.Networks;

/// <summary>WireGuard's datagrams that went one way, since the network's start.</summary>
internal readonly record struct PathFigures(long Packets, long Bytes)
{
    public static PathFigures Of(in PathTraffic traffic) => new(traffic.Packets, traffic.Bytes);
}
