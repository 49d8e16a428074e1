namespace Edge.Protocols.Netstack;

/// <summary>Why a packet was not taken.</summary>
internal enum DropReason : byte
{
    None,
    Malformed,
    BadChecksum,
    BadSource,
    NotForUs,
    NoListener,
    TooManyConnections,
    UnknownProtocol,
    SocketFull,
    Reassembly,
    ReplyQueueFull,
}
