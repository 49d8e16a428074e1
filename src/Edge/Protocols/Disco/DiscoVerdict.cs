namespace Edge.Protocols.Disco;

/// <summary>What became of a packet.</summary>
internal enum DiscoVerdict : byte
{
    /// <summary>Too short, or without the magic.</summary>
    NotDisco,

    /// <summary>No peer has this key; nothing was opened.</summary>
    UnknownSender,

    /// <summary>The box did not open.</summary>
    Forged,

    /// <summary>A message that cannot be read.</summary>
    Malformed,

    /// <summary>A pong to no ping of ours, or too late.</summary>
    UnknownPing,

    /// <summary>A pong from elsewhere than the ping was sent to, or a call that did not come by a relay.</summary>
    WrongWay,

    /// <summary>A message of relays among peers, which this side does not take part in.</summary>
    Ignored,

    Ping,
    Pong,
    CallMeMaybe,
}
