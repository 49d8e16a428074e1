namespace Edge.Bench.Relay;

/// <summary>A relay that is measured, and what was found.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Start">Starts it anew.</param>
internal sealed record Contestant(string Name, Func<Task<RelayProcess>> Start)
{
    public List<LoadFigures> Rounds { get; } = [];

    /// <summary>What it held for the largest number of idle clients.</summary>
    public double IdleBytes { get; set; }

    /// <summary>The round in the middle.</summary>
    public LoadFigures Median => Rounds.OrderBy(one => one.Megabits).ElementAt(Rounds.Count / 2);

    public double SecondsPerGigabyte => Rounds.Select(one => one.SecondsPerGigabyte).Order().ElementAt(Rounds.Count / 2);

    /// <summary>What a whole processor of it would forward, by what it took for a GB.</summary>
    public double Capacity => 8_000 / SecondsPerGigabyte;
}
