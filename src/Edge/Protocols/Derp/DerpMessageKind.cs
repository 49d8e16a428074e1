namespace Edge.Protocols.Derp;

/// <summary>What a server says to a client.</summary>
internal enum DerpMessageKind
{
    /// <summary>The server has taken the client in, and says what it may send.</summary>
    ServerInfo,
    Packet,
    PeerGone,
    PeerPresent,

    /// <summary>Answered already.</summary>
    Ping,
    Pong,
    KeepAlive,
    Health,
    Restarting,
}
