using Edge.Foundation.Netmap;

namespace Edge.Lab.Control;

/// <summary>What may talk to what. Who is meant: `*`, a node's name, a user's login, a tag, or addresses as a prefix.</summary>
/// <param name="From">The sources.</param>
/// <param name="To">The destinations.</param>
internal sealed record LabRule(ValueList<string> From, ValueList<string> To)
{
    public ushort FirstPort { get; init; }

    public ushort LastPort { get; init; } = ushort.MaxValue;

    /// <summary>IP protocol numbers; none: the usual ones.</summary>
    public ValueList<int> Protocols { get; init; }

    /// <summary>Not empty: the rule lets no packet through, but gives its sources this capability at its destinations.</summary>
    public string Capability { get; init; } = "";

    /// <summary>JSON array: the capability's arguments.</summary>
    public string Arguments { get; init; } = "[]";

    public static LabRule All { get; } = new(["*"], ["*"]);
}
