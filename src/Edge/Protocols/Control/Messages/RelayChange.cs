using Edge.Foundation.Netmap;

namespace Edge.Protocols.Control.Messages;

/// <summary>A relay map as it was sent: what is null stays as it was.</summary>
internal sealed class RelayChange
{
    /// <summary>In the order of their numbers; null entries, which Headscale sends, are left out.</summary>
    public ValueList<DerpRegion>? Regions { get; set; }

    /// <summary>In the order of their regions.</summary>
    public ValueList<RegionScore>? HomeScores { get; set; }

    public bool OmitDefaultRegions { get; set; }
}
