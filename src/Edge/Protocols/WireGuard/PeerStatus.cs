using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Protocols.WireGuard;

/// <summary>A peer at one moment, for people and metrics.</summary>
/// <param name="Path">Where its last authenticated message came from, or where it was configured to be.</param>
/// <param name="LastHandshake">When a session was last completed; <see cref="Timestamp.Never"/>: not yet.</param>
/// <param name="SentBytes">On the wire, handshakes included, without UDP and IP.</param>
/// <param name="ReceivedBytes">The same of authenticated messages.</param>
/// <param name="IsHandshaking">An initiation is out and unanswered.</param>
/// <param name="Staged">Packets that wait for a session.</param>
internal readonly record struct PeerStatus(
    DatagramPath Path, Timestamp LastHandshake, ulong SentBytes, ulong ReceivedBytes, bool IsHandshaking, int Staged)
{
    public bool HasHandshake => LastHandshake != Timestamp.Never;
}
