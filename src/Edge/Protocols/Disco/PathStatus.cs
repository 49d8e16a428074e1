using Edge.Foundation.Addresses;

namespace Edge.Protocols.Disco;

/// <summary>The path to a peer, for people.</summary>
/// <param name="State">What is known of it.</param>
/// <param name="Remote">The endpoint in use; the default: none.</param>
/// <param name="Region">The peer's home relay; 0: it has none.</param>
/// <param name="Latency">There and back over <paramref name="Remote"/>.</param>
/// <param name="Candidates">Endpoints that may be tried.</param>
internal readonly record struct PathStatus(PathState State, Endpoint Remote, int Region, TimeSpan Latency, int Candidates);
