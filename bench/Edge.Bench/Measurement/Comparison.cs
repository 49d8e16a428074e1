using System.Globalization;

namespace Edge.Bench.Measurement;

/// <summary>Ours against a named peer in one run, taking turns, so that what the machine does meanwhile hits both.</summary>
internal sealed class Comparison
{
    private const int WarmUps = 3;
    private const int MemoryRuns = 5;

    private readonly Figures _ours;
    private readonly Figures _peer;

    private Comparison(string what, Command ours, Command peer, Figures oursFigures, Figures peerFigures)
    {
        What = what;
        (Ours, Peer) = (ours, peer);
        (_ours, _peer) = (oursFigures, peerFigures);
    }

    public string What { get; }

    public Command Ours { get; }

    public Command Peer { get; }

    public double WallRatio => _ours.Wall / _peer.Wall;

    public double ProcessorRatio => _ours.Processor / _peer.Processor;

    public double MemoryRatio => (double)_ours.PeakKiB / _peer.PeakKiB;

    /// <exception cref="InvalidOperationException">A run did not exit with 0.</exception>
    public static Comparison Of(string what, Command ours, Command peer, int runs)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            Succeed(ours);
            Succeed(peer);
        }
        var oursUsages = new List<Usage>();
        var peerUsages = new List<Usage>();
        for (var i = 0; i < runs; i++)
        {
            oursUsages.Add(Succeed(ours));
            peerUsages.Add(Succeed(peer));
        }
        return new Comparison(what, ours, peer, Figures.Of(oursUsages, ours), Figures.Of(peerUsages, peer));
    }

    /// <summary>Three rows: wall time, processor time, peak memory; with the goals, whether they are met.</summary>
    /// <param name="wallGoal">The largest ratio of wall times that will do; null: no goal.</param>
    /// <param name="memoryGoal">The same of peak memory.</param>
    public bool Print(double? wallGoal, double? memoryGoal)
    {
        Console.WriteLine($"{What}");
        Console.WriteLine($"  {"",-14} {Ours.Name,14} {Peer.Name,14} {"ratio",7} {"goal",8}");
        return Row("wall, median", Milliseconds(_ours.Wall), Milliseconds(_peer.Wall), WallRatio, wallGoal)
            & Row("wall, best", Milliseconds(_ours.BestWall), Milliseconds(_peer.BestWall), _ours.BestWall / _peer.BestWall, null)
            & Row("user + system", Milliseconds(_ours.Processor), Milliseconds(_peer.Processor), ProcessorRatio, null)
            & Row("peak memory", MiB(_ours.PeakKiB), MiB(_peer.PeakKiB), MemoryRatio, memoryGoal);
    }

    private static bool Row(string name, string ours, string peer, double ratio, double? goal)
    {
        var met = goal is null || ratio <= goal;
        var verdict = goal is null ? "" : string.Create(CultureInfo.InvariantCulture, $"<= {goal:0.00}{(met ? "" : "  MISSED")}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-14} {ours,14} {peer,14} {ratio,7:0.00} {verdict,8}"));
        return met;
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");

    private static string MiB(long kiB) => string.Create(CultureInfo.InvariantCulture, $"{kiB / 1024.0:0.0} MiB");

    private static Usage Succeed(Command command)
    {
        var usage = ChildProcess.Run(command);
        return usage.ExitCode == 0
            ? usage
            : throw new InvalidOperationException($"exit code {usage.ExitCode}: {command.Program} {string.Join(' ', command.Arguments)}");
    }

    private readonly record struct Figures(TimeSpan Wall, TimeSpan BestWall, TimeSpan Processor, long PeakKiB)
    {
        public static Figures Of(List<Usage> usages, Command command)
        {
            var memory = Enumerable.Range(0, MemoryRuns).Select(_ => ChildProcess.PeakResidentKiB(command)).Order().ToList();
            return new Figures(
                Median(usages.Select(usage => usage.Wall)),
                usages.Min(usage => usage.Wall),
                Median(usages.Select(usage => usage.Processor)),
                memory[MemoryRuns / 2]);
        }

        private static TimeSpan Median(IEnumerable<TimeSpan> times)
        {
            var ordered = times.Order().ToList();
            return (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;
        }
    }
}
