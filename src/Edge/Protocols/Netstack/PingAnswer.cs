namespace Edge.Protocols.Netstack;

/// <summary>A ping of ours was answered.</summary>
/// <param name="Token">Of the ping.</param>
/// <param name="RoundTrip">There and back.</param>
/// <param name="PeerApiPort">Where the peer's interface for peers listens; 0: there is none, or it was an echo.</param>
internal sealed record PingAnswer(ulong Token, TimeSpan RoundTrip, ushort PeerApiPort);
