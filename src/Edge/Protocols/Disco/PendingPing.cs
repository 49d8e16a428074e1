using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Protocols.Disco;

/// <summary>A ping under way.</summary>
/// <param name="Peer">Whom it was sent to.</param>
/// <param name="Remote">Where; the default: by a relay.</param>
/// <param name="Region">Which relay; 0: none.</param>
/// <param name="SentAt">When.</param>
/// <param name="IsAsked">Somebody waits for its pong to be told.</param>
internal readonly record struct PendingPing(DiscoPeer Peer, Endpoint Remote, int Region, Timestamp SentAt, bool IsAsked);
