namespace Edge.Protocols.Derp;

/// <summary>Why a relay dropped a packet: derper's reasons, in its order.</summary>
internal enum RelayDropReason
{
    /// <summary>Nobody here or in the mesh has that key.</summary>
    UnknownDestination,

    /// <summary>A mesh peer forwarded it for somebody who is not here.</summary>
    UnknownDestinationOnForward,

    /// <summary>The client went away while it waited.</summary>
    GoneDisconnected,

    /// <summary>The queue was full, and it was the oldest in it.</summary>
    QueueHead,

    /// <summary>The queue was full, and it did not get in.</summary>
    QueueTail,

    /// <summary>It was being written when the connection broke.</summary>
    WriteError,

    /// <summary>Several connections have the key and none is the active one.</summary>
    DuplicateClient,
}
