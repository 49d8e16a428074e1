namespace Edge.Foundation.Netmap;

/// <summary>What a node found out about its network. A null is "not known".</summary>
internal sealed record NetInfo
{
    /// <summary>The public endpoint differs with the destination: a hard NAT.</summary>
    public bool? MappingVariesByDestination { get; init; }

    public bool? WorkingIpv6 { get; init; }

    public bool? OsHasIpv6 { get; init; }

    public bool? WorkingUdp { get; init; }

    public bool? WorkingIcmpV4 { get; init; }

    public bool? Upnp { get; init; }

    public bool? Pmp { get; init; }

    public bool? Pcp { get; init; }

    /// <summary>A port mapping is held.</summary>
    public bool HavePortMap { get; init; }

    /// <summary>The region of the home relay; 0: none.</summary>
    public int PreferredRelay { get; init; }

    /// <summary>`wired`, `wifi`, `mobile` or empty.</summary>
    public string LinkType { get; init; } = "";

    /// <summary>By `REGION-v4` or `REGION-v6`.</summary>
    public ValueList<RelayLatency> RelayLatencies { get; init; }

    public string FirewallMode { get; init; } = "";
}
