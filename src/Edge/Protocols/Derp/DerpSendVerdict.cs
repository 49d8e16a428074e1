namespace Edge.Protocols.Derp;

/// <summary>What became of a packet that was to be sent.</summary>
internal enum DerpSendVerdict
{
    Queued,

    /// <summary>It is queued, and the oldest one that waited is not any more.</summary>
    QueuedForAnother,

    /// <summary>The server allows less: it is dropped.</summary>
    OverRate,

    /// <summary>It has more than 64 KiB.</summary>
    TooLong,

    /// <summary>The server has not greeted yet, or is given up.</summary>
    NotConnected,
}
