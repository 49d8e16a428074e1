using System.Globalization;
using Edge.Bench.Measurement;
using Edge.Tests;

namespace Edge.Bench.Http;

/// <summary>
/// <c>edge orb</c> beside Caddy and nginx: start, memory, size, requests per second and tail latency. The servers take turns within each
/// row, so that what the machine does meanwhile hits all; a figure is the median of its rounds.
/// </summary>
internal static class HttpBenchmark
{
    private const int LoadSeconds = 3;
    private const int LoadRounds = 3;

    public static bool Run(int runs)
    {
        var edge = Repository.PathOf("artifacts", "edge");
        foreach (var program in new[] { edge, "/usr/bin/caddy", "/usr/sbin/nginx", "/usr/bin/wrk", "/usr/bin/h2load" })
        {
            if (!File.Exists(program))
                throw new FileNotFoundException("scripts/publish makes the binary, scripts/setup --bench installs the rest", program);
        }
        var folder = Directory.CreateTempSubdirectory("edge-bench-").FullName;
        try
        {
            // nginx's workers drop their rights: they must be able to enter.
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
            WebServer.WriteSite(folder);
            var upstream = WebServer.Upstream(folder);
            using var behind = ServerProcess.Start(upstream);
            WebServer[] servers = [WebServer.Edge(edge, folder, upstream.Port), WebServer.Caddy(folder, upstream.Port), WebServer.Nginx(folder, upstream.Port)];
            var met = Start(servers, runs);
            met &= Size(edge);
            return Throughput(servers) && met;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Start(WebServer[] servers, int runs)
    {
        var times = servers.Select(_ => new List<double>()).ToArray();
        var resident = servers.Select(_ => new List<double>()).ToArray();
        for (var run = 0; run < runs; run++)
        {
            for (var i = 0; i < servers.Length; i++)
            {
                using var process = ServerProcess.Start(servers[i]);
                times[i].Add(process.ToFirstResponse.TotalMilliseconds);
                // What starting left behind settles.
                Thread.Sleep(300);
                resident[i].Add(process.ResidentKiB() / 1024.0);
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"start and idle, {runs} runs each"));
        Header();
        return Row("exec to first 200, ms", Medians(times), caddyGoal: 0.6)
            & Row("idle RSS, MiB", Medians(resident), caddyGoal: 0.5);
    }

    private static bool Size(string edge)
    {
        Console.WriteLine();
        Console.WriteLine("size");
        var form = Repository.PathOf("artifacts", "publish", $"linux-{(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64")}-static", "edge");
        var program = File.Exists(form) ? form : edge;
        var megabytes = new FileInfo(program).Length / 1e6;
        var caddy = new FileInfo("/usr/bin/caddy").Length / 1e6;
        var met = megabytes <= 18;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {(program == form ? "static form" : "plain form (no static one is published)")}: {megabytes:0.0} MB, caddy {caddy:0.0} MB, ratio {megabytes / caddy:0.00}; goal <= 18 MB{(met ? "" : "  MISSED")}"));
        return met;
    }

    private static bool Throughput(WebServer[] servers)
    {
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"load, {LoadRounds} rounds of {LoadSeconds} s each"));
        Header();
        return Loads(servers, "1 KiB file", "/1k.bin", Load.Http2Streams, hasGoal: true)
            & Loads(servers, "10 MiB file", "/10m.bin", Load.Http2, hasGoal: false)
            & Loads(servers, "proxied 1 KiB", "/proxy/1k.bin", Load.Http2Streams, hasGoal: true)
            & Loads(servers, "proxied 10 MiB", "/proxy/10m.bin", Load.Http2, hasGoal: false);
    }

    // Servers of its own for each path: what they hold is then what this load has made them hold.
    private static bool Loads(WebServer[] servers, string name, string path, Func<ServerProcess, Uri, int, Load> http2, bool hasGoal)
    {
        var processes = servers.Select(ServerProcess.Start).ToArray();
        try
        {
            return Scenario(processes, servers, $"{name}, http/1.1", server => new Uri($"http://127.0.0.1:{server.Port}{path}"), Load.Http1, hasGoal)
                & Scenario(processes, servers, $"{name}, TLS", server => new Uri($"https://127.0.0.1:{server.TlsPort}{path}"), Load.Http1, false)
                & Scenario(processes, servers, $"{name}, http/2", server => new Uri($"https://127.0.0.1:{server.TlsPort}{path}"), http2, false);
        }
        finally
        {
            foreach (var process in processes)
                process.Dispose();
        }
    }

    private static bool Scenario(ServerProcess[] processes, WebServer[] servers, string name, Func<WebServer, Uri> url, Func<ServerProcess, Uri, int, Load> load, bool hasGoal)
    {
        var loads = servers.Select(_ => new List<Load>()).ToArray();
        for (var round = 0; round < LoadRounds; round++)
        {
            for (var i = 0; i < servers.Length; i++)
                loads[i].Add(load(processes[i], url(servers[i]), LoadSeconds));
        }
        var met = Row($"{name}: req/s", Medians(loads.Select(all => all.Select(one => one.RequestsPerSecond))), hasGoal ? 1.3 : null, hasGoal ? 0.7 : null, isMore: true);
        if (loads[0][0].P99Milliseconds is not null)
            met &= Row($"{name}: p99, ms", Medians(loads.Select(all => all.Select(one => one.P99Milliseconds!.Value))), hasGoal ? 1.0 : null);
        return met & Row($"{name}: RSS, MiB", Medians(loads.Select(all => all.Select(one => one.PeakResidentKiB / 1024.0))), hasGoal ? 0.5 : null);
    }

    private static void Header() =>
        Console.WriteLine($"  {"",-30} {"edge",10} {"caddy",10} {"nginx",10} {"/caddy",7} {"/nginx",7}  goals");

    private static bool Row(string name, double[] figures, double? caddyGoal, double? nginxGoal = null, bool isMore = false)
    {
        var (toCaddy, toNginx) = (figures[0] / figures[1], figures[0] / figures[2]);
        var met = IsMet(toCaddy, caddyGoal, isMore) && IsMet(toNginx, nginxGoal, isMore);
        var sign = isMore ? ">=" : "<=";
        var goals = string.Create(CultureInfo.InvariantCulture, $"{(caddyGoal is null ? "" : $"{sign} {caddyGoal:0.0} of caddy ")}{(nginxGoal is null ? "" : $"{sign} {nginxGoal:0.0} of nginx ")}{(met ? "" : " MISSED")}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-30} {figures[0],10:0.0} {figures[1],10:0.0} {figures[2],10:0.0} {toCaddy,7:0.00} {toNginx,7:0.00}  {goals}"));
        return met;
    }

    private static bool IsMet(double ratio, double? goal, bool isMore) => goal is null || (isMore ? ratio >= goal : ratio <= goal);

    private static double[] Medians(IEnumerable<IEnumerable<double>> figures) => [.. figures.Select(Quantiles.Median)];
}
