namespace Edge.Protocols.Stun;

/// <summary>How far a region is: the shortest time there and back that a check has seen.</summary>
/// <param name="Region">Its number.</param>
/// <param name="V4">By IPv4; null: no answer.</param>
/// <param name="V6">By IPv6; null: no answer.</param>
internal readonly record struct RegionLatency(int Region, TimeSpan? V4, TimeSpan? V6)
{
    /// <summary>By either.</summary>
    public TimeSpan Best => V4 is { } v4 && (V6 is not { } v6 || v4 <= v6) ? v4 : V6 ?? TimeSpan.MaxValue;
}
