namespace Edge.Foundation.Netmap;

/// <summary>The relays of the tailnet (tailcfg.DERPMap).</summary>
internal sealed record DerpMap
{
    public static DerpMap Empty { get; } = new();

    /// <summary>In the order of their numbers, each once.</summary>
    public ValueList<DerpRegion> Regions { get; init; }

    /// <summary>In the order of their regions' numbers.</summary>
    public ValueList<RegionScore> HomeScores { get; init; }

    /// <summary>Tailscale's own relays are not to be used beside these.</summary>
    public bool OmitDefaultRegions { get; init; }

    /// <summary>Null: no such region.</summary>
    public DerpRegion? Find(int id)
    {
        foreach (var region in Regions)
        {
            if (region.Id == id) return region;
        }
        return null;
    }
}
