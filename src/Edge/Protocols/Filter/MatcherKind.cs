namespace Edge.Protocols.Filter;

internal enum MatcherKind : byte
{
    /// <summary>Ranges, each to be looked at.</summary>
    Ranges,

    /// <summary>Ranges with an index.</summary>
    Index,

    /// <summary>Other matchers, one after the other.</summary>
    Parts,
}
