using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Edge.Bench.Http;
using Edge.Bench.Measurement;
using Edge.Interop;
using Edge.Tests;

namespace Edge.Bench.Tailnet;

/// <summary>
/// What a node of a tailnet of a hundred peers adds to a server's resident memory while it rests, and what the server has resident after a peer has
/// downloaded a GiB through the tunnel. Ten of the peers are live and have fetched a page each; the control server tells of the others.
/// </summary>
internal static class TailnetMemoryBenchmark
{
    private const int Peers = 100;
    private const int LivePeers = 10;
    private const long Download = 1L << 30;
    private const double IdleGoal = 14, LoadedGoal = 60;

    // After ten seconds without a packet a network gives the memory of packets back.
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public static bool Run(int runs)
    {
        var edge = Repository.PathOf("artifacts", "edge");
        if (!File.Exists(edge))
            throw new FileNotFoundException("scripts/publish makes the binary", edge);
        var folder = Directory.CreateTempSubdirectory("edge-bench-").FullName;
        try
        {
            WebServer.WriteSite(folder);
            using (var large = File.Create(Path.Combine(folder, "site", "1g.bin")))
                large.SetLength(Download);
            return Run(edge, folder, Math.Clamp(runs, 1, 5)).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> Run(string edge, string folder, int rounds)
    {
        await using var tailnet = await BenchTailnet.Start(edge, folder, isRelayed: false, LivePeers);
        tailnet.Announce(Peers - LivePeers);
        var figures = new List<Figures>();
        for (var round = 0; round < rounds; round++)
            figures.Add(await Measure(edge, tailnet, folder, round));
        var (added, loaded) = (Median(static one => one.Idle - one.Plain), Median(static one => one.Loaded));
        var isMet = added <= IdleGoal && loaded <= LoadedGoal;
        Line($"resident memory in MB, medians of {rounds} rounds; {Peers} peers, of which {LivePeers} are live");
        Line($"  at rest: {Median(static one => one.Plain):0.0} without a network, {Median(static one => one.Idle):0.0} in the tailnet: {added:0.0} more  <= {IdleGoal}");
        Line($"  after a download of 1 GiB: {loaded:0.0}  <= {LoadedGoal}; after a rest {Median(static one => one.Rested):0.0}; the peak {Median(static one => one.Peak):0.0}");
        Line($"  the download: {Median(static one => one.Megabits):0} Mbit/s, both ends on this machine{(isMet ? "" : "  MISSED")}");
        return isMet;

        double Median(Func<Figures, double> figure) => Quantiles.Median(figures.Select(figure));
    }

    private static async Task<Figures> Measure(string edge, BenchTailnet tailnet, string folder, int round)
    {
        using var limit = new CancellationTokenSource(s_limit);
        var page = new PageRequest("/1k.bin", HasTls: false);
        var port = WebServer.FreePort();
        await using var plain = Start(edge, folder, port, "");
        await Tools.Until(async () => await Answers(page, port, limit.Token), "the server without a network answers");
        var name = string.Create(CultureInfo.InvariantCulture, $"memory-{round}");
        await using var server = Start(edge, folder, WebServer.FreePort(), $$"""
            networks { ["bench"] { tailscale { direct = true; controlUrl = "{{tailnet.Control.Url}}"; authKey = "{{tailnet.Key}}"; hostname = "{{name}}"; stateDir = "mem:" } } }
            """);
        var peer = await tailnet.Find(name, limit.Token);
        foreach (var dialler in tailnet.Diallers)
            await page.Get(dialler, peer, limit.Token);
        await Task.Delay(s_rest, limit.Token);
        var (without, idle) = (Resident(plain), Resident(server));

        var began = Stopwatch.GetTimestamp();
        await using var stream = await tailnet.Dialler.Dial(peer.Addresses[0].Address.ToString(), 80, limit.Token);
        var came = await new PageRequest("/1g.bin", HasTls: false).Exchange(stream, limit.Token);
        if (came is null or < Download)
            throw new InvalidOperationException($"the download ended after {came ?? 0} bytes");
        var took = Stopwatch.GetElapsedTime(began);
        var loaded = Resident(server);
        await Task.Delay(s_rest, limit.Token);
        return new Figures(without, idle, loaded, Resident(server), Resident(server, "VmHWM"), Download * 8 / took.TotalSeconds / 1e6);
    }

    private static RunningProgram Start(string edge, string folder, int port, string networks)
    {
        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"memory-{port}.pkl"));
        File.WriteAllText(file, $$"""
            amends "edge:serve/EdgeServer.pkl"

            {{networks}}

            servers { ["127.0.0.1:{{port}}"] { handler = new StaticFiles { root = "./site" } } }

            """);
        return new RunningProgram([edge, "orb", "--config", file, "--log-level", "error", "--admin", $"unix:{folder}/memory-{port}.sock"]);
    }

    private static async Task<bool> Answers(PageRequest request, int port, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
            return await request.Exchange(client.GetStream(), cancellation) is not null;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <returns>MB.</returns>
    private static double Resident(RunningProgram program, string field = "VmRSS") => 1024e-6 * Tools.ResidentKiB(program.Id, field);

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed record Figures(double Plain, double Idle, double Loaded, double Rested, double Peak, double Megabits);
}
