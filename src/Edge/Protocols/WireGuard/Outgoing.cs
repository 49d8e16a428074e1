using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;

namespace Edge.Protocols.WireGuard;

/// <summary>A datagram that <see cref="WireGuardDevice.Poll"/> wrote at the start of the caller's buffer.</summary>
/// <param name="Peer">Whom it is for; <see cref="PeerId.None"/> for a cookie reply, whose receiver has not proven who it is.</param>
/// <param name="Path">
/// The peer's path as the device knows it, or the way back to where a message came from. Its remote endpoint is the default where the peer was
/// never heard of and none was configured: the caller finds another path or drops.
/// </param>
/// <param name="Length">Bytes.</param>
/// <param name="IsInitiation">One that cannot be sent is to be given to <see cref="WireGuardDevice.Hold"/>.</param>
internal readonly record struct Outgoing(PeerId Peer, DatagramPath Path, int Length, bool IsInitiation = false);
