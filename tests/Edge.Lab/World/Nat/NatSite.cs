namespace Edge.Lab.World.Nat;

/// <summary>What stands between hosts and the internet: NATs, the innermost first; none where they are on it.</summary>
internal sealed record NatSite(IReadOnlyList<NatBox> Boxes)
{
    public static NatSite Public { get; } = new([]);

    public NatBox? Innermost => Boxes is [var box, ..] ? box : null;
}
