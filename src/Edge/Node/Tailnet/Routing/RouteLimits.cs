namespace Edge.Node.Tailnet.Routing;

/// <summary>How much a router takes upon itself.</summary>
internal sealed record RouteLimits
{
    /// <summary>TCP connections, those that are being made included.</summary>
    public int Connections { get; init; } = 4096;

    /// <summary>The same of one peer.</summary>
    public int ConnectionsOfPeer { get; init; } = 1024;

    /// <summary>For the destination to answer. A peer sends its SYN for longer.</summary>
    public TimeSpan Dialling { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>UDP flows.</summary>
    public int Flows { get; init; } = 1024;

    /// <summary>The same of one peer.</summary>
    public int FlowsOfPeer { get; init; } = 256;

    /// <summary>After which a flow without datagrams ends (RFC 4787, section 4.3: not before two minutes).</summary>
    public TimeSpan IdleFlow { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The same of questions for names, which have one answer.</summary>
    public TimeSpan IdleName { get; init; } = TimeSpan.FromSeconds(30);
}
