using System.Globalization;
using Edge.Tests;

namespace Edge.Bench.Relay;

/// <summary>
/// `edge tun derp` and, where <c>PEERS</c> names a folder that has it, Tailscale's derper, in turns on one processor, under the same load over real
/// TLS from another: what they forward, how long a packet takes, what it costs, and what they hold for clients that idle. The load costs less than
/// to relay it; where a relay idles it is the load that was measured. Clients seal each packet alone, as the stock ones do, and several together.
/// <c>BEFORE</c> names another edge that is measured in the same turns.
/// </summary>
internal static class RelayBenchmark
{
    private const int Pairs = 32;
    private const double ThroughputGoal = 1.5, MemoryGoal = 0.5;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(5);
    private static readonly int[] s_packetsOfRecord = [1, LoadPair.Batch];
    private static readonly int[] s_idle = [1_000, 10_000];

    public static bool Run(int runs)
    {
        var edge = Repository.PathOf("artifacts", "edge");
        if (!File.Exists(edge))
        {
            Console.Error.WriteLine("bench: artifacts/edge is missing: scripts/publish");
            return false;
        }
        var derper = Path.Combine(Environment.GetEnvironmentVariable("PEERS") ?? "/", "derper");
        List<Contestant> all = [new("edge", () => RelayProcess.StartEdge(edge))];
        if (Environment.GetEnvironmentVariable("BEFORE") is { Length: > 0 } before)
            all.Add(new Contestant("before", () => RelayProcess.StartEdge(before)));
        if (File.Exists(derper))
            all.Add(new Contestant("derper", () => RelayProcess.StartDerper(derper)));
        return Run(all, Math.Clamp(runs, 1, 5)).GetAwaiter().GetResult();
    }

    private static async Task<bool> Run(List<Contestant> all, int rounds)
    {
        Console.WriteLine($"{Pairs} pairs, packets of 1,400 bytes, {s_time.TotalSeconds} s; the relay on one processor, the load on another; medians of {rounds} rounds in turns");
        foreach (var load in s_packetsOfRecord)
        {
            for (var round = 0; round < rounds; round++)
            {
                foreach (var one in all)
                {
                    await using var relay = await one.Start();
                    if (!one.Rounds.TryGetValue(load, out var figures))
                        one.Rounds.Add(load, figures = []);
                    figures.Add(await RelayLoad.Forward(relay, Pairs, load, s_time));
                }
            }
            Print(all, load);
        }
        foreach (var count in s_idle)
        {
            foreach (var one in all)
                await Idle(one, count);
        }
        if (all[^1].Name != "derper")
        {
            Console.WriteLine("  derper is not measured: PEERS names no folder that has it");
            return true;
        }
        return Judge(all[0], all[^1]);
    }

    private static void Print(List<Contestant> all, int load)
    {
        Console.WriteLine($"  {load} packets a record:");
        Console.WriteLine($"  {"",-8} {"Mbit/s",8} {"packets/s",10} {"p99",9} {"CPU s/GB",9} {"busy",5} {"load",5} {"MB loaded",10}");
        foreach (var one in all)
        {
            var median = one.Median(load);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {one.Name,-8} {median.Megabits,8:0} {median.PacketsPerSecond,10:0} {median.P99.TotalMicroseconds,6:0} us {one.SecondsPerGigabyte(load),9:0.00} {median.Busy,5:0.00} {median.LoadBusy,5:0.00} {median.ResidentBytes / 1e6,10:0.0}"));
        }
    }

    private static async Task Idle(Contestant one, int count)
    {
        await using var relay = await one.Start();
        var before = relay.ResidentBytes;
        await using var idle = await RelayLoad.Idle(relay, count);
        var bytes = one.IdleBytes[count] = relay.ResidentBytes;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {one.Name,-8} {count,6} idle clients: {bytes / 1e6:0.0} MB, {(bytes - before) / count / 1e3:0.0} KB each beyond {before / 1e6:0.0} MB"));
    }

    private static bool Judge(Contestant ours, Contestant theirs)
    {
        var isMet = true;
        foreach (var load in s_packetsOfRecord)
        {
            var (throughput, cost) = (ours.Median(load).Megabits / theirs.Median(load).Megabits, ours.SecondsPerGigabyte(load) / theirs.SecondsPerGigabyte(load));
            Say($"{load} packets a record: throughput", throughput, ">=", ThroughputGoal, throughput >= ThroughputGoal);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  processor time for a GB {cost:0.00}"));
        }
        foreach (var count in s_idle)
        {
            var memory = ours.IdleBytes[count] / theirs.IdleBytes[count];
            Say($"memory of {count} idle clients", memory, "<=", MemoryGoal, memory <= MemoryGoal);
        }
        return isMet;

        void Say(string what, double ratio, string relation, double goal, bool isGood)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"edge to derper: {what} {ratio:0.00} ({relation} {goal}){(isGood ? "" : "  MISSED")}"));
            isMet &= isGood;
        }
    }
}
