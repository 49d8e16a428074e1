using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Protocols.Stun;

namespace Edge.Node.Tailnet.Checks;

/// <summary>What a check has found out about the network that this machine is in.</summary>
/// <param name="At">When.</param>
/// <param name="Report">What the STUN servers said; where UDP does not pass, the latencies are of TCP.</param>
/// <param name="Relays">The regions that were asked.</param>
/// <param name="Nearest">The region that is, or would be, home; 0: none.</param>
/// <param name="HasV6">The system gives sockets of IPv6.</param>
/// <param name="Local">This machine's own addresses.</param>
internal sealed record CheckedNetwork(DateTimeOffset At, NetReport Report, DerpMap Relays, int Nearest, bool HasV6, IReadOnlyList<IpAddress> Local)
{
    /// <summary>The kind of NAT between this machine and the internet, by IPv4.</summary>
    public NatKind Nat => Report switch
    {
        { MappedV4: { } mapped } when Local.Contains(mapped.Address) => NatKind.None,
        { IsMappingVarying: true } => NatKind.Hard,
        { IsMappingVarying: false } => NatKind.Easy,
        _ => NatKind.Unknown,
    };
}
