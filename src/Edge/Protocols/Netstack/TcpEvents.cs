namespace Edge.Protocols.Netstack;

/// <summary>What happened to a connection since the last <see cref="IpStack.Poll"/>.</summary>
[Flags]
internal enum TcpEvents : byte
{
    None = 0,

    /// <summary>A SYN arrived at a listener that asks: answer with <see cref="TcpConnection.Accept"/> or <see cref="TcpConnection.Reject"/>.</summary>
    Incoming = 1,

    /// <summary>The handshake is done.</summary>
    Established = 2,

    /// <summary>There are new bytes to read.</summary>
    Readable = 4,

    /// <summary>There is room to write again, after there was none.</summary>
    Writable = 8,

    /// <summary>All of the peer's bytes have arrived, and its FIN.</summary>
    PeerFinished = 16,

    /// <summary>The connection is no more: <see cref="TcpConnection.CloseReason"/>. Nothing follows.</summary>
    Closed = 32,
}
