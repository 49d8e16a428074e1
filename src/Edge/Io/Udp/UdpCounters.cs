namespace Edge.Io.Udp;

/// <summary>What a socket did and what it could not do.</summary>
internal struct UdpCounters
{
    /// <summary>Datagrams, each counted singly.</summary>
    public long Sent;

    public long Received;

    /// <summary>Calls to the kernel that carried them.</summary>
    public long SendCalls;

    public long ReceiveCalls;

    /// <summary>Datagrams that the system would not send: no route, no buffer, a firewall.</summary>
    public long SendFailures;

    /// <summary>Datagrams that were larger than the memory for them.</summary>
    public long Truncated;
}
