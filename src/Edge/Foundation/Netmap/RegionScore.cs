namespace Edge.Foundation.Netmap;

/// <summary>How the server bends the choice of a home relay.</summary>
/// <param name="RegionId">Of the relay map.</param>
/// <param name="Factor">Multiplies the region's measured latency: under 1 favours it.</param>
internal readonly record struct RegionScore(int RegionId, double Factor);
