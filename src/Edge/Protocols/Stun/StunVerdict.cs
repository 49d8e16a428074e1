namespace Edge.Protocols.Stun;

/// <summary>What a datagram is to the server or to the client that looks at it.</summary>
internal enum StunVerdict : byte
{
    /// <summary>The two first bits or the cookie say that it is no STUN.</summary>
    NotStun,

    /// <summary>STUN, but not the message that this side waits for.</summary>
    WrongType,

    /// <summary>An attribute was cut short, or an address has a family or length that cannot be; a response without any address too.</summary>
    Malformed,

    /// <summary>A request of other software.</summary>
    WrongSoftware,

    /// <summary>A request whose last attribute is no fingerprint.</summary>
    NoFingerprint,

    /// <summary>A request whose fingerprint is wrong.</summary>
    WrongFingerprint,

    Accepted,
}
