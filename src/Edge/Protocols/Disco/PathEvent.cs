using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;

namespace Edge.Protocols.Disco;

/// <summary>What happened to the path to a peer: for the log, the metrics and whoever waits for a ping.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="Kind">What.</param>
/// <param name="State">After it.</param>
/// <param name="Remote">The endpoint in use, or the one that answered; the default where it was a relay, or there is none.</param>
/// <param name="Region">The relay that a pong came by; else 0.</param>
/// <param name="Latency">There and back.</param>
internal readonly record struct PathEvent(PeerId Peer, PathEventKind Kind, PathState State, Endpoint Remote, int Region, TimeSpan Latency);
