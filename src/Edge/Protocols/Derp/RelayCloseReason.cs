namespace Edge.Protocols.Derp;

/// <summary>Why a relay ends a client's connection.</summary>
internal enum RelayCloseReason
{
    /// <summary>The connection ended by itself.</summary>
    Disconnected,

    /// <summary>It took too long to say who it is, or whoever decides about it took too long.</summary>
    HandshakeTimeout,

    /// <summary>What came was no hello, or not sealed for this relay.</summary>
    BadHello,

    /// <summary>It is not admitted.</summary>
    Refused,

    /// <summary>A frame of a size that its type cannot have.</summary>
    WrongSize,

    /// <summary>It asked for what only mesh peers may.</summary>
    NotPermitted,

    /// <summary>It did not read for too long.</summary>
    WriteTimeout,

    /// <summary>It does not read what is told it of others.</summary>
    TooFarBehind,

    /// <summary>A mesh peer asked for it.</summary>
    ClosedByMesh,
}
