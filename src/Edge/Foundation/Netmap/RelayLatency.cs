namespace Edge.Foundation.Netmap;

/// <summary>How far a relay is.</summary>
/// <param name="Relay">Region and family: `900-v4`.</param>
/// <param name="Seconds">Round trip.</param>
internal readonly record struct RelayLatency(string Relay, double Seconds);
