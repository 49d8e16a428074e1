using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Edge.Crypto;
using Edge.Interop;
using Edge.Tests;

namespace Edge.Bench.Measurement;

/// <summary>One round over one kind of tunnel: iperf3 and ping in a lab of its own.</summary>
internal static class TunnelMeasurement
{
    private const int PacketSize = 1420;

    public static Task<TunnelFigures> Bare(int seconds) => In(seconds, static _ => Task.FromResult<int?>(null), static side => side.Address(isV4: true));

    public static Task<TunnelFigures> Edge(int seconds) => In(seconds, static async lab =>
    {
        var keys = await TunnelKeys.Make();
        await EdgeSide.Start(lab.B, keys, new SideOptions(), Pinned(lab.B, Repository.PathOf("artifacts", "edge")));
        var a = await EdgeSide.Start(lab.A, keys, new SideOptions { Endpoint = TunnelSide.EndpointOf(lab.B, true) }, Pinned(lab.A, Repository.PathOf("artifacts", "edge")));
        return a.Process.Id;
    }, static side => side.InnerAddress(isV4: true));

    public static Task<TunnelFigures> WireGuardGo(int seconds) => In(seconds, static async lab =>
    {
        var keys = await TunnelKeys.Make();
        await WireGuardGoSide.Start(lab.B, keys, new SideOptions(), Processor(lab.B));
        var a = await WireGuardGoSide.Start(lab.A, keys, new SideOptions { Endpoint = TunnelSide.EndpointOf(lab.B, true) }, Processor(lab.A));
        return a.Process.Id;
    }, static side => side.InnerAddress(isV4: true));

    /// <summary>One processor's speed in sealing packets of the tunnel's size.</summary>
    public static double AeadMegabits()
    {
        using var aead = new AeadContext();
        var key = new byte[AeadContext.KeySize];
        var packet = new byte[PacketSize + AeadContext.TagSize];
        const int Packets = 400_000;
        for (ulong i = 0; i < 20_000; i++)
            aead.Seal(key, i, packet);
        var began = Stopwatch.GetTimestamp();
        for (ulong i = 0; i < Packets; i++)
            aead.Seal(key, i, packet);
        return Packets * PacketSize * 8.0 / Stopwatch.GetElapsedTime(began).TotalMicroseconds;
    }

    private static async Task<TunnelFigures> In(int seconds, Func<Interop.Lab, Task<int?>> start, Func<Side, string> address)
    {
        await using var lab = await Interop.Lab.Create();
        var process = await start(lab);
        var target = address(lab.B);
        await Tools.Until(() => lab.A.Pings(target), "the first ping");
        var (forward, processor, bytes) = await Iperf(lab, target, seconds, []);
        var (reverse, _, _) = await Iperf(lab, target, seconds, ["-R"]);
        var (four, _, _) = await Iperf(lab, target, seconds, ["-P", "4"]);
        var (udp, _, _) = await Iperf(lab, target, seconds, ["-u", "-b", "0", "-l", "1300"]);
        var (small, _, _) = await Iperf(lab, target, seconds, ["-u", "-b", "0", "-l", "64"]);
        var ping = await lab.A.Run("ping", "-n", "-q", "-i", "0.005", "-c", "400", target);
        return new TunnelFigures(forward, reverse, four, udp, small * 1e6 / 8 / 64, processor / (bytes / 1e9), Average(ping), process is { } id ? ResidentMiB(id) : 0);
    }

    /// <returns>Mbit/s received, processor seconds of the machine meanwhile, bytes received.</returns>
    private static async Task<(double Megabits, double Processor, double Bytes)> Iperf(Interop.Lab lab, string target, int seconds, string[] options)
    {
        var server = lab.B.Start("taskset", "-c", Processor(lab.B), "iperf3", "-s", "-1", "--forceflush");
        await server.Printed("Server listening");
        var before = BusySeconds();
        var json = await lab.A.Run(["taskset", "-c", Processor(lab.A), "iperf3", "-J", "-c", target, "-t", seconds.ToString(CultureInfo.InvariantCulture), .. options]);
        var processor = BusySeconds() - before;
        await server.End();
        using var document = JsonDocument.Parse(json);
        var end = document.RootElement.GetProperty("end");
        var sum = end.TryGetProperty("sum_received", out var received) ? received : end.GetProperty("sum");
        // Older iperf3 counts lost datagrams into the only sum of UDP.
        var share = sum.TryGetProperty("lost_percent", out var lost) && !end.TryGetProperty("sum_received", out _) ? 1 - lost.GetDouble() / 100 : 1;
        return (sum.GetProperty("bits_per_second").GetDouble() * share / 1e6, processor, sum.GetProperty("bytes").GetDouble() * share);
    }

    private static double Average(string ping)
    {
        // rtt min/avg/max/mdev = 0.1/0.2/0.3/0.0 ms
        var values = ping[(ping.IndexOf("= ", StringComparison.Ordinal) + 2)..].Split('/');
        return double.Parse(values[1], CultureInfo.InvariantCulture) * 1000;
    }

    /// <summary>All processors' time but the idle one (proc(5), stat), in seconds.</summary>
    private static double BusySeconds()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(long.Parse).ToList();
        return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / 100.0;
    }

    private static double ResidentMiB(int process) => Tools.ResidentKiB(process) / 1024.0;

    private static string Processor(Side side) => side.Number == 1 ? "0" : "1";

    private static string[] Pinned(Side side, string program) => ["taskset", "-c", Processor(side), program];
}
