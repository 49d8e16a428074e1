using Edge.Foundation.Addresses;

namespace Edge.Protocols.Disco;

/// <summary>Where a peer's packets are to be sent: to an endpoint, by a relay, or both while it is uncertain which arrives.</summary>
/// <param name="Direct">The default: there is no direct path.</param>
/// <param name="Region">The peer's home relay; 0: not by a relay.</param>
internal readonly record struct PeerPath(DatagramPath Direct, int Region)
{
    public bool IsDirect => Direct.Remote != default;

    public bool IsNone => !IsDirect && Region == 0;
}
