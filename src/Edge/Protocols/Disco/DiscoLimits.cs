namespace Edge.Protocols.Disco;

/// <summary>The constants that the stock client has too (tailscale 1.96.5, wgengine/magicsock/magicsock.go), and bounds of our own.</summary>
internal static class DiscoLimits
{
    /// <summary>Candidates that one peer may have; beyond, the one of least worth gives way.</summary>
    public const int MaxCandidates = 32;

    /// <summary>Endpoints of ours that a call names.</summary>
    public const int MaxLocalEndpoints = 32;

    /// <summary>Pings under way, of all peers.</summary>
    public const int MaxPendingPings = 1 << 16;

    /// <summary>Events that nobody has fetched; beyond, the oldest are lost.</summary>
    public const int MaxEvents = 1024;

    /// <summary>Rounds that follow quickly upon the first: the other side may only just be hearing of us.</summary>
    public const int QuickRounds = 3;

    /// <summary>Without packets to a peer for so long, its path is no longer looked after.</summary>
    public static TimeSpan ActiveTime => TimeSpan.FromSeconds(45);

    /// <summary>The least time between two pings to a candidate that were not asked for by a timer of its own.</summary>
    public static TimeSpan PingInterval => TimeSpan.FromSeconds(5);

    /// <summary>The least time between two pings that calls of the peer may cause to one candidate.</summary>
    public static TimeSpan CallInterval => TimeSpan.FromSeconds(1);

    /// <summary>A path of this latency is not to be bettered.</summary>
    public static TimeSpan GoodEnough => TimeSpan.FromMilliseconds(5);

    /// <summary>How long our own endpoints count as fresh; a NAT commonly forgets after 30 s.</summary>
    public static TimeSpan EndpointLife => TimeSpan.FromSeconds(27);
}
