using System.Globalization;
using Edge.Bench.Measurement;

namespace Edge.Bench;

/// <summary>
/// `edge orb` in a network of plain WireGuard, its packets in user space: downloads beside those through the kernel's TCP over `edge tun up`,
/// small requests beside those over the bare cable, memory. All in one run, pinned alike: the server to the first processor, the other end to the second.
/// </summary>
internal static class NetworkBenchmark
{
    private const double ThroughputGoal = 0.8;
    private const double ResidentGoalMiB = 60;
    private const double IdleGoalBytes = 4096;
    private const int MostRounds = 7;
    private const int Seconds = 4;

    public static bool Run(int runs) => RunAsync(Math.Min(runs, MostRounds)).GetAwaiter().GetResult();

    private static async Task<bool> RunAsync(int runs)
    {
        List<NetstackFigures> rounds = [];
        List<double> kernels = [];
        for (var run = 0; run < runs; run++)
        {
            kernels.Add((await TunnelMeasurement.Edge(Seconds)).Forward);
            rounds.Add(await NetstackMeasurement.Round(Seconds));
        }
        var idle = IdleConnections.Measure();
        var kernel = Quantiles.Median(kernels);
        var (toKernel, toStack) = (Quantiles.Median(rounds.Select(round => round.ToKernel)), Quantiles.Median(rounds.Select(round => round.ToStack)));
        var resident = Quantiles.Median(rounds.Select(round => round.ResidentMiB));
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        Line($"edge orb in a WireGuard network over veth, MTU 1420, two processors, {runs} rounds, medians; the machine's load {load} at the end");
        Line($"  {"download, Mbit/s",-46} {"",10} {"of kernel TUN",14}");
        Line($"  {"kernel + WireGuard + kernel (edge tun up, iperf3)",-46} {kernel,10:N0}");
        Line($"  {"netstack + WireGuard + kernel (curl)",-46} {toKernel,10:N0} {toKernel / kernel,14:0.00}");
        Line($"  {"netstack + WireGuard + netstack",-46} {toStack,10:N0} {toStack / kernel,14:0.00}");
        Line($"  {"kept connections, 32, 1 KiB (wrk)",-46} {"tunnel",10} {"bare veth",14} {"ratio",7}");
        Line($"  {"requests/s",-46} {Quantiles.Median(rounds.Select(r => r.Requests)),10:N0} {Quantiles.Median(rounds.Select(r => r.BareRequests)),14:N0} {Quantiles.Median(rounds.Select(r => r.Requests)) / Quantiles.Median(rounds.Select(r => r.BareRequests)),7:0.00}");
        Line($"  {"p99, ms",-46} {Quantiles.Median(rounds.Select(r => r.P99)),10:0.00} {Quantiles.Median(rounds.Select(r => r.BareP99)),14:0.00} {Quantiles.Median(rounds.Select(r => r.P99)) / Quantiles.Median(rounds.Select(r => r.BareP99)),7:0.00}");
        Line($"  {"resident after the downloads, MiB",-46} {resident,10:0.0}");
        Line($"  {"bytes of an idle connection, netstack + transport",-46} {idle,10:N0}");
        Line($"  {"the same with Kestrel's share, resident",-46} {Quantiles.Median(rounds.Select(r => r.IdleResident)),10:N0}");
        var allocated = Quantiles.Median(rounds.Select(r => r.AllocatedPerMillion));
        Line($"  {"allocated by the network's thread, a million packets",-46} {allocated,8:N0}");
        var isMet = toKernel / kernel >= ThroughputGoal && toStack / kernel >= ThroughputGoal && resident <= ResidentGoalMiB && idle <= IdleGoalBytes && allocated == 0;
        Line($"  goals: downloads at least {ThroughputGoal:0.0} of kernel TUN; resident at most {ResidentGoalMiB} MiB; idle at most {IdleGoalBytes:N0} bytes; nothing allocated{(isMet ? "" : "  MISSED")}");
        return isMet;
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
