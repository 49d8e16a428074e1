using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Protocols.Stun;

/// <summary>What a <see cref="NetCheck"/> has found out.</summary>
internal sealed record NetReport
{
    public static NetReport Empty { get; } = new();

    /// <summary>When it was complete.</summary>
    public Timestamp At { get; init; }

    /// <summary>The regions that answered, in the order of their numbers.</summary>
    public IReadOnlyList<RegionLatency> Regions { get; init; } = [];

    /// <summary>Where this node seems to be, by IPv4; null: nobody answered.</summary>
    public Endpoint? MappedV4 { get; init; }

    /// <summary>Where this node seems to be, by IPv6; null: nobody answered.</summary>
    public Endpoint? MappedV6 { get; init; }

    /// <summary>Whether two servers saw two endpoints: a NAT with an endpoint for each destination ("symmetric"). Null: fewer than two answered.</summary>
    public bool? IsMappingVarying { get; init; }

    /// <summary>Anything came back at all.</summary>
    public bool HasUdp => MappedV4 is not null || MappedV6 is not null;

    /// <summary>Null: the region did not answer.</summary>
    public TimeSpan? LatencyOf(int region)
    {
        foreach (var latency in Regions)
        {
            if (latency.Region == region)
                return latency.Best;
        }
        return null;
    }
}
