namespace Edge.Dataplane;

/// <summary>Packets that the engine passed on, and those that it dropped.</summary>
internal struct EngineCounters
{
    /// <summary>Packets sealed for peers, each segment of a large one counted.</summary>
    public long Sealed;

    /// <summary>Packets opened and handed on.</summary>
    public long Opened;

    /// <summary>Bytes of the datagrams that they became.</summary>
    public long SealedBytes;

    /// <summary>Bytes of the packets opened.</summary>
    public long OpenedBytes;

    /// <summary>WireGuard's authentic datagrams that came over IPv4.</summary>
    public PathTraffic InDirectV4;

    /// <summary>The same, over IPv6.</summary>
    public PathTraffic InDirectV6;

    /// <summary>The same, by a relay.</summary>
    public PathTraffic InRelayed;

    /// <summary>WireGuard's datagrams that go over IPv4.</summary>
    public PathTraffic OutDirectV4;

    /// <summary>The same, over IPv6.</summary>
    public PathTraffic OutDirectV6;

    /// <summary>The same, by a relay.</summary>
    public PathTraffic OutRelayed;

    /// <summary>Packets to an address that no peer owns.</summary>
    public long Unroutable;

    /// <summary>Packets for a peer whose whereabouts nobody knows.</summary>
    public long Pathless;

    /// <summary>Opened packets whose source address does not belong to the peer that sent them.</summary>
    public long ForeignSource;

    /// <summary>Opened packets that the tailnet's filter refused, or that were for what only this side may ask.</summary>
    public long Filtered;

    /// <summary>Packets from the system that are none.</summary>
    public long Malformed;
}
