namespace Edge.Protocols.Disco;

/// <summary>How paths are kept and given up; the schema's <c>disco</c> block, with the same defaults.</summary>
internal readonly record struct DiscoOptions()
{
    /// <summary>Between two pings on the path in use: keeps the NATs on it open.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Between two rounds in which every candidate is pinged.</summary>
    public TimeSpan ReprobeInterval { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>A ping that was not answered by then has failed.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pings in a row that fail on a path before it counts as degraded.</summary>
    public int DegradedAfterFailures { get; init; } = 3;

    /// <summary>How long a degraded path is waited for before the relay alone is used.</summary>
    public TimeSpan DegradedTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
