using Edge.Bench.Measurement;

namespace Edge.Bench.Relay;

/// <summary>A relay that is measured, and what was found.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Start">Starts it anew.</param>
internal sealed record Contestant(string Name, Func<Task<RelayProcess>> Start)
{
    /// <summary>What it did under each load, round by round.</summary>
    public Dictionary<int, List<LoadFigures>> Rounds { get; } = [];

    /// <summary>What it held for each number of idle clients.</summary>
    public Dictionary<int, double> IdleBytes { get; } = [];

    /// <summary>The round in the middle.</summary>
    public LoadFigures Median(int load) => Rounds[load].OrderBy(static one => one.Megabits).ElementAt(Rounds[load].Count / 2);

    public double SecondsPerGigabyte(int load) => Quantiles.Median(Rounds[load].Select(static one => one.SecondsPerGigabyte));
}
