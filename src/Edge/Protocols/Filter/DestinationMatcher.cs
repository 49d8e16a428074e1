namespace Edge.Protocols.Filter;

/// <summary>Of <see cref="DestinationTable"/>: where a group's destinations lie.</summary>
/// <param name="Kind">What it is made of.</param>
/// <param name="Start">The first range, or the first part.</param>
/// <param name="Count">How many; of an index, its number.</param>
internal readonly record struct DestinationMatcher(MatcherKind Kind, int Start, int Count);
