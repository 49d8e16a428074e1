namespace Edge.Protocols.Netstack;

/// <summary>What a stack is made for. Sizes in bytes.</summary>
internal sealed record NetstackOptions
{
    /// <summary>Of the link: the largest IP packet. 576 to 65,535; IPv6 needs 1,280.</summary>
    public int Mtu { get; init; } = 1280;

    /// <summary>The system has the stack's addresses too, by a TUN interface: ports are chosen where it does not choose its own.</summary>
    public bool IsBesideSystem { get; init; }

    /// <summary>What is offered to a new connection, and to one that was idle.</summary>
    public int InitialReceiveWindow { get; init; } = 64 * 1024;

    /// <summary>The most that is offered to a connection whose reader keeps up.</summary>
    public int MaxReceiveWindow { get; init; } = 4 * 1024 * 1024;

    /// <summary>The most that a writer can queue, sent or not.</summary>
    public int MaxSendBuffer { get; init; } = 4 * 1024 * 1024;

    /// <summary>Of all connections and sockets together.</summary>
    public long MemoryLimit { get; init; } = 64L * 1024 * 1024;

    /// <summary>Connections in all, those in TIME-WAIT included.</summary>
    public int MaxConnections { get; init; } = 65_536;

    /// <summary>Handshakes not yet done by the peer or decided by us. A new one drops the oldest.</summary>
    public int MaxHalfOpen { get; init; } = 4_096;

    /// <summary>Connections in TIME-WAIT. A new one drops the oldest.</summary>
    public int MaxTimeWait { get; init; } = 8_192;

    /// <summary>Twice the maximum segment lifetime (RFC 9293 section 3.4.2), and how long FIN-WAIT-2 lasts without an owner.</summary>
    public TimeSpan TimeWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a segment is sent again without an answer: R2 of RFC 9293 section 3.8.3, which asks for 3 minutes where it is a SYN.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The longest that an acknowledgement waits for company.</summary>
    public TimeSpan DelayedAck { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>The shortest retransmission timeout. RFC 6298 asks for a second; every stack in use has less.</summary>
    public TimeSpan MinRetransmission { get; init; } = TimeSpan.FromMilliseconds(200);

    public CongestionAlgorithm Congestion { get; init; } = CongestionAlgorithm.Cubic;

    /// <summary>Initial window in segments (RFC 6928).</summary>
    public int InitialWindow { get; init; } = 10;
}
