namespace Edge.Protocols.Disco;

/// <summary>See <see cref="PathEvent"/>.</summary>
internal enum PathEventKind : byte
{
    /// <summary>The peer has another <see cref="PathState"/>.</summary>
    State,

    /// <summary>Another endpoint is used, in the same state.</summary>
    Endpoint,

    /// <summary>A ping that <see cref="PathDiscovery.Ping"/> asked for was answered.</summary>
    Pong,
}
