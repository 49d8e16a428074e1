using Edge.Foundation.Keys;

namespace Edge.Node.Tailnet.Relays;

/// <summary>Takes a packet that a relay brought.</summary>
/// <param name="region">Which relay.</param>
/// <param name="sender">The node that the relay says sent it.</param>
/// <param name="packet">Borrowed.</param>
internal delegate void RelayedPacket(int region, in PublicKey sender, ReadOnlySpan<byte> packet);
