namespace Edge.Protocols.Disco;

/// <summary>Who says that a peer may be at an endpoint. One that nobody says any more is forgotten.</summary>
[Flags]
internal enum CandidateSources : byte
{
    None = 0,
    Netmap = 1,

    /// <summary>The peer itself, by the relay.</summary>
    Call = 2,

    /// <summary>A ping came from there.</summary>
    Heard = 4,
}
