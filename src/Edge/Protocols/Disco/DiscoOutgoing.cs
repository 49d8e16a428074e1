using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;

namespace Edge.Protocols.Disco;

/// <summary>A packet that <see cref="PathDiscovery.Poll"/> wrote.</summary>
/// <param name="Peer">Whom it is for.</param>
/// <param name="Path">Where it goes by UDP; its remote endpoint is the default where it goes by a relay.</param>
/// <param name="Region">The relay that it goes by; 0: none.</param>
/// <param name="NodeKey">Whom the relay hands it to.</param>
/// <param name="Length">Bytes at the buffer's start.</param>
internal readonly record struct DiscoOutgoing(PeerId Peer, DatagramPath Path, int Region, PublicKey NodeKey, int Length);
