using System.Globalization;
using Edge.Bench.Measurement;

namespace Edge.Bench;

/// <summary>
/// Two `edge tun up` in two namespaces beside two of Debian's wireguard-go and the bare cable, all in one run, pinned alike: side A and its iperf3
/// to the first processor, side B to the second.
/// </summary>
internal static class TunnelBenchmark
{
    private const double ThroughputGoal = 6;
    private const double ResidentGoalMiB = 60;
    private const int Seconds = 4;
    private const int MostRounds = 7;

    /// <param name="runs">Rounds; each measures everything, the peers taking turns.</param>
    /// <returns>Whether the goals were met.</returns>
    public static bool Run(int runs) => RunAsync(Math.Min(runs, MostRounds)).GetAwaiter().GetResult() & WireGuardBenchmark.Run(MostRounds);

    private static async Task<bool> RunAsync(int runs)
    {
        List<TunnelFigures> edges = [], gos = [], bares = [];
        var load = Load();
        for (var run = 0; run < runs; run++)
        {
            bares.Add(await TunnelMeasurement.Bare(Seconds));
            edges.Add(await TunnelMeasurement.Edge(Seconds));
            gos.Add(await TunnelMeasurement.WireGuardGo(Seconds));
        }
        var (edge, go, bare) = (TunnelFigures.Median(edges), TunnelFigures.Median(gos), TunnelFigures.Median(bares));

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"WireGuard over veth, MTU 1420, two processors, {runs} rounds of {Seconds} s, medians; the machine's load {load} before, {Load()} after"));
        Console.WriteLine($"  {"",-34} {"edge",10} {"wireguard-go",13} {"ratio",7} {"bare",10} {"share",7}");
        Throughput("one TCP stream, Mbit/s", edge.Forward, go.Forward, bare.Forward);
        Throughput("the same, reverse", edge.Reverse, go.Reverse, bare.Reverse);
        Throughput("four TCP streams, Mbit/s", edge.Four, go.Four, bare.Four);
        Throughput("UDP, 1,300 bytes, Mbit/s received", edge.Udp, go.Udp, bare.Udp);
        Throughput("UDP, 64 bytes, packets/s received", edge.SmallPackets, go.SmallPackets, bare.SmallPackets);
        Row("processor seconds per GB, both ends", edge.ProcessorPerGigabyte, go.ProcessorPerGigabyte, bare.ProcessorPerGigabyte, "0.00");
        Row("ping, mean, microseconds", edge.PingMicroseconds, go.PingMicroseconds, bare.PingMicroseconds, "0");
        Row("resident after the load, MiB", edge.ResidentMiB, go.ResidentMiB, 0, "0.0");

        // Each byte is sealed on one processor and opened on the other, and beside that costs what it costs without a tunnel.
        var aead = TunnelMeasurement.AeadMegabits();
        var limit = 1 / (1 / aead + 1 / bare.Forward);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  limit of one stream, 1/(1/AEAD + 1/bare): AEAD {aead:N0} Mbit/s, limit {limit:N0} Mbit/s, reached {edge.Forward / limit:P0}; of the AEAD's own {edge.Forward / aead:P0}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  one stream in each round, edge | wireguard-go | bare: {Each(edges)} | {Each(gos)} | {Each(bares)}"));
        var ratio = edge.Forward / go.Forward;
        var met = ratio >= ThroughputGoal && edge.ResidentMiB <= ResidentGoalMiB;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  goals: one stream at least {ThroughputGoal} times wireguard-go's: {ratio:0.0}; resident at most {ResidentGoalMiB} MiB: {edge.ResidentMiB:0.0}{(met ? "" : "  MISSED")}"));
        return met;
    }

    private static string Each(List<TunnelFigures> rounds) =>
        string.Join(' ', rounds.Select(round => round.Forward.ToString("N0", CultureInfo.InvariantCulture)));

    /// <summary>Programs that wanted to run, on average over the last minute.</summary>
    private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static void Throughput(string name, double edge, double go, double bare) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"  {name,-34} {edge,10:N0} {go,13:N0} {edge / go,7:0.00} {bare,10:N0} {edge / bare,7:P0}"));

    private static void Row(string name, double edge, double go, double bare, string format) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"  {name,-34} {edge.ToString(format, CultureInfo.InvariantCulture),10} {go.ToString(format, CultureInfo.InvariantCulture),13} {edge / go,7:0.00} {(bare == 0 ? "" : bare.ToString(format, CultureInfo.InvariantCulture)),10}"));
}
