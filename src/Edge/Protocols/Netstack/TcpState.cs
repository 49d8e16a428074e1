namespace Edge.Protocols.Netstack;

/// <summary>RFC 9293 section 3.3.2. LISTEN is <see cref="TcpListener"/>.</summary>
internal enum TcpState : byte
{
    Closed,

    /// <summary>A SYN arrived and nothing was answered: the stack's user decides first.</summary>
    Undecided,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
}
