using System.Globalization;
using Edge.Bench.Http;
using Edge.Bench.Measurement;
using Edge.Lab.Control;
using Edge.Tests;

namespace Edge.Bench.Tailnet;

/// <summary>
/// A server's way into a tailnet on loopback, beside Caddy's plain start in the same run: exec to netmap, and exec to the first page that a peer gets
/// through the tunnel, directly and by a relay, with and without TLS. They take turns, so that what the machine does meanwhile hits all.
/// </summary>
internal static class TailnetStartBenchmark
{
    private const double NetmapGoal = 1.0;
    private const double PageGoal = 1.2;

    public static bool Run(int runs)
    {
        var edge = Repository.PathOf("artifacts", "edge");
        foreach (var program in new[] { edge, "/usr/bin/caddy" })
        {
            if (!File.Exists(program))
                throw new FileNotFoundException("scripts/publish makes the binary, scripts/setup --bench installs Caddy", program);
        }
        var folder = Directory.CreateTempSubdirectory("edge-bench-").FullName;
        try
        {
            WebServer.WriteSite(folder);
            return Run(edge, folder, runs).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> Run(string edge, string folder, int runs)
    {
        await using var direct = await BenchTailnet.Start(edge, folder, isRelayed: false);
        await using var relayed = await BenchTailnet.Start(edge, folder, isRelayed: true);
        (string Name, Func<Task<ColdServer>> Start)[] starts =
        [
            ("direct, http", () => ColdServer.Run(edge, direct, folder, hasTls: false)),
            ("direct, https", () => ColdServer.Run(edge, direct, folder, hasTls: true)),
            ("relayed, http", () => ColdServer.Run(edge, relayed, folder, hasTls: false)),
            ("relayed, https", () => ColdServer.Run(edge, relayed, folder, hasTls: true)),
            ("kept keys", () => ColdServer.Run(edge, direct, folder, hasTls: false, state: $"{folder}/state", asks: false)),
        ];
        // The first of each kind warms up: this process, the caches, and the kept keys.
        foreach (var (_, start) in starts)
            await start();
        var servers = starts.Select(_ => new List<ColdServer>()).ToArray();
        var plain = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            // Ports of its own each time: what was free at the beginning may be somebody's by now.
            using (var process = ServerProcess.Start(WebServer.Caddy(folder, WebServer.FreePort())))
                plain.Add(process.ToFirstResponse.TotalMilliseconds);
            for (var i = 0; i < starts.Length; i++)
                servers[i].Add(await starts[i].Start());
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"start in a tailnet, {runs} runs each; Caddy from exec to first 200: median {Quantiles.Median(plain):0.0} ms, p99 {Quantiles.P99(plain):0.0} ms"));
        Console.WriteLine($"  {"ms from exec",-36} {"median",8} {"p99",8} {"/caddy",7} {"/p99",7}  goal");
        var met = Row("to netmap, new node", servers[0].Concat(servers[1]).Select(static server => server.ToNetmap), plain, NetmapGoal);
        met &= Row("to netmap, kept keys", servers[4].Select(static server => server.ToNetmap), plain, NetmapGoal);
        for (var i = 0; i < 4; i++)
            met &= Row($"to first page, {starts[i].Name}", servers[i].Select(static server => server.ToFirstPage!.Value), plain, i % 2 == 0 ? PageGoal : null);
        Console.WriteLine($"  asked of the control server by a new node: {Steps(servers[0][^1].Requests)}; then, to the first page: {Steps(servers[0][^1].Later)}");
        Console.WriteLine($"  with kept keys: {Steps(servers[4][^1].Requests)}");
        return met;
    }

    private static bool Row(string name, IEnumerable<TimeSpan> times, List<double> plain, double? goal)
    {
        var milliseconds = times.Select(static time => time.TotalMilliseconds).ToList();
        var ratio = Quantiles.Median(milliseconds) / Quantiles.Median(plain);
        var met = goal is null || ratio <= goal;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name,-36} {Quantiles.Median(milliseconds),8:0.0} {Quantiles.P99(milliseconds),8:0.0} {ratio,7:0.00} {Quantiles.P99(milliseconds) / Quantiles.P99(plain),7:0.00}  {(goal is null ? "" : $"<= {goal:0.0}{(met ? "" : "  MISSED")}")}"));
        return met;
    }

    // Each is a round trip; what is asked for beside the stream waits for nothing.
    private static string Steps(IReadOnlyList<LabRequest> requests) => requests.Count == 0 ? "nothing" : string.Join(", ", requests.Select(static request => request.Kind));
}
