using System.Globalization;
using Edge.Tests;

namespace Edge.Bench.Relay;

/// <summary>
/// `edge tun derp` and, where <c>PEERS</c> names a folder that has it, Tailscale's derper, one after the other on one processor, under the same load
/// over real TLS from another: what they forward, how long a packet takes, what it costs, and what they hold for clients that idle.
/// </summary>
internal static class RelayBenchmark
{
    private const int Pairs = 8;
    private const double ThroughputGoal = 1.5, MemoryGoal = 0.5;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(5);
    private static readonly int[] s_idle = [1_000, 10_000];

    public static bool Run(int runs)
    {
        var edge = Repository.PathOf("artifacts", "edge");
        if (!File.Exists(edge))
        {
            Console.Error.WriteLine("bench: artifacts/edge is missing: scripts/publish");
            return false;
        }
        return Run(edge, Path.Combine(Environment.GetEnvironmentVariable("PEERS") ?? "/", "derper"), Math.Clamp(runs, 1, 5)).GetAwaiter().GetResult();
    }

    private static async Task<bool> Run(string edge, string derper, int rounds)
    {
        Console.WriteLine($"{Pairs} pairs, packets of 1,400 bytes, {s_time.TotalSeconds} s; the relay on one processor, the load on another; medians of {rounds} rounds");
        Console.WriteLine($"  {"",-8} {"Mbit/s",8} {"packets/s",10} {"p99",9} {"CPU s/GB",9} {"MB loaded",10}");
        var ours = await Measure("edge", rounds, () => RelayProcess.StartEdge(edge));
        if (!File.Exists(derper))
        {
            Console.WriteLine("  derper is not measured: PEERS names no folder that has it");
            return true;
        }
        var theirs = await Measure("derper", rounds, () => RelayProcess.StartDerper(derper));
        var (throughput, memory) = (ours.Megabits / theirs.Megabits, ours.IdleBytes / theirs.IdleBytes);
        var isMet = throughput >= ThroughputGoal && memory <= MemoryGoal;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"edge to derper: throughput {throughput:0.00} (>= {ThroughputGoal}), memory of {s_idle[^1]} idle clients {memory:0.00} (<= {MemoryGoal}){(isMet ? "" : "  MISSED")}"));
        return isMet;
    }

    private static async Task<(double Megabits, double IdleBytes)> Measure(string name, int rounds, Func<Task<RelayProcess>> start)
    {
        List<LoadFigures> figures = [];
        for (var round = 0; round < rounds; round++)
        {
            await using var relay = await start();
            figures.Add(await RelayLoad.Forward(relay, Pairs, s_time));
        }
        var median = figures.OrderBy(one => one.Megabits).ElementAt(figures.Count / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name,-8} {median.Megabits,8:0} {median.PacketsPerSecond,10:0} {median.P99.TotalMicroseconds,6:0} us {median.SecondsPerGigabyte,9:0.00} {median.ResidentBytes / 1e6,10:0.0}"));
        var held = 0.0;
        foreach (var count in s_idle)
        {
            await using var relay = await start();
            var before = relay.ResidentBytes;
            await using var idle = await RelayLoad.Idle(relay, count);
            held = relay.ResidentBytes;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-8} {count,6} idle clients: {held / 1e6:0.0} MB, {(held - before) / count / 1e3:0.0} KB each beyond {before / 1e6:0.0} MB"));
        }
        return (median.Megabits, held);
    }
}
