namespace Edge.Protocols.WireGuard;

/// <summary>What became of a datagram. From <see cref="TooShort"/> on it was dropped and changed nothing.</summary>
internal enum OpenVerdict : byte
{
    /// <summary>A packet came out. Its source address is not checked yet.</summary>
    Packet,

    /// <summary>An authenticated empty message.</summary>
    Keepalive,

    /// <summary>A handshake message or cookie was taken; what it calls for comes out of <see cref="WireGuardDevice.Poll"/>.</summary>
    Handshake,

    /// <summary>Shorter than any message.</summary>
    TooShort,

    /// <summary>No WireGuard message: an unknown type, or reserved bytes that are not zero.</summary>
    UnknownType,

    /// <summary>A handshake message of the wrong length.</summary>
    WrongLength,

    /// <summary>The receiver index is nobody's, or not of a session (or handshake) that takes this message.</summary>
    UnknownReceiver,

    /// <summary>The session is older than 180 s.</summary>
    Expired,

    /// <summary>The counter was seen, or is behind the window.</summary>
    Replayed,

    /// <summary>The counter is at or above 2^64 - 2^13 - 1.</summary>
    CounterAtLimit,

    /// <summary>The tag of a transport message does not fit.</summary>
    Forged,

    /// <summary>Authentic, but what it carries is no IP packet, or one that is longer than the message. The session moved on.</summary>
    InnerMalformed,

    /// <summary>mac1 was not made for this device's public key.</summary>
    WrongMac1,

    /// <summary>Under load: the sender was sent a cookie.</summary>
    CookieDemanded,

    /// <summary>Under load: a proven address that asks too often.</summary>
    SourceLimited,

    /// <summary>The Noise part of a handshake message or cookie is not authentic.</summary>
    HandshakeForged,

    /// <summary>An authentic initiation of a key that is no peer's.</summary>
    UnknownPeer,

    /// <summary>An initiation whose timestamp is not greater than the greatest seen.</summary>
    HandshakeReplayed,

    /// <summary>A second initiation of one peer within 20 ms.</summary>
    HandshakeTooSoon,

    /// <summary>Too many answers wait to be polled.</summary>
    AnswersFull,
}
