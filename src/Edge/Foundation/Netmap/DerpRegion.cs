namespace Edge.Foundation.Netmap;

/// <summary>Relays that see each other's clients (tailcfg.DERPRegion).</summary>
internal sealed record DerpRegion
{
    public required int Id { get; init; }

    /// <summary>`fra`.</summary>
    public string Code { get; init; } = "";

    /// <summary>`Frankfurt`.</summary>
    public string Name { get; init; } = "";

    public double Latitude { get; init; }

    public double Longitude { get; init; }

    /// <summary>Not to be anybody's home unless it is already.</summary>
    public bool Avoid { get; init; }

    /// <summary>Neither measured nor made home.</summary>
    public bool NoMeasureNoHome { get; init; }

    /// <summary>In the order in which to try them.</summary>
    public ValueList<DerpNode> Nodes { get; init; }
}
