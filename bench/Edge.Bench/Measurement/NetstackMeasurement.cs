using System.Globalization;
using System.Text.RegularExpressions;
using Edge.Interop;
using Edge.Tests;

namespace Edge.Bench.Measurement;

/// <summary>One round: a server in a network, and at the other end of the cable now a kernel behind `edge tun up`, now a netstack.</summary>
internal static partial class NetstackMeasurement
{
    private const long FileSize = 256L << 20;
    private const int Files = 6;
    private const int Idle = 1_000;

    public static async Task<NetstackFigures> Round(int seconds)
    {
        await using var lab = await Interop.Lab.Create();
        var (keys, client) = (await TunnelKeys.Make(), await TunnelKeys.Make());
        var noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);
        await using (var file = File.Create(Path.Combine(lab.Folder, "large")))
        {
            for (long at = 0; at < FileSize; at += noise.Length)
                await file.WriteAsync(noise);
        }
        await File.WriteAllBytesAsync(Path.Combine(lab.Folder, "small"), noise[..1024]);
        var server = await StartServer(lab, keys, client);
        var address = lab.A.InnerAddress(isV4: true);

        // The other netstack, which is a peer of its own.
        var client10 = await lab.B.Run(Client("download", client, keys, lab, 2 * Files));
        var parts = client10.Trim().Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();

        await EdgeSide.Start(lab.B, keys, new SideOptions { Endpoint = TunnelSide.EndpointOf(lab.A, true) }, "taskset", "-c", "1", Repository.PathOf("artifacts", "edge"));
        await Tools.Until(() => lab.B.Pings(address), "the first ping");
        var toKernel = new List<double>();
        for (var i = 0; i < Files; i++)
        {
            var speed = await lab.B.Run("taskset", "-c", "1", "curl", "-sSf", "-o", "/dev/null", "-w", "%{speed_download}", $"http://{address}/large");
            toKernel.Add(double.Parse(speed, CultureInfo.InvariantCulture) * 8 / 1e6);
        }
        var resident = Tools.ResidentKiB(server) / 1024.0;
        var (requests, p99) = await Wrk(lab, $"http://{address}/small", seconds);
        var (bareRequests, bareP99) = await Wrk(lab, $"http://{lab.A.Address(isV4: true)}:8080/small", seconds);

        var before = Tools.ResidentKiB(server);
        var held = lab.B.Start(Client("hold", client, keys, lab, Idle));
        await held.Printed("held");
        var idle = (Tools.ResidentKiB(server) - before) * 1024.0 / Idle;
        return new NetstackFigures(toKernel.Order().ElementAt(Files / 2), parts[0], parts[2] / parts[1] * 1e6, requests, p99, bareRequests, bareP99, resident, idle);
    }

    private static async Task<int> StartServer(Interop.Lab lab, TunnelKeys keys, TunnelKeys client)
    {
        var file = Path.Combine(lab.Folder, "server.pkl");
        await File.WriteAllTextAsync(file, $$"""
            networks { ["bench"] { wireguard {
              privateKey = "{{keys.PrivateA}}"
              addresses { "{{lab.A.InnerAddress(true)}}/24" }
              listenPort = {{TunnelSide.Port}}
              peers {
                new { publicKey = "{{keys.PublicB}}"; allowedIps { "{{lab.B.InnerAddress(true)}}/32" } }
                new { publicKey = "{{client.PublicA}}"; allowedIps { "10.7.0.9/32" } }
              }
            } } }
            servers { [":8080"] { handler = new StaticFiles { root = "." } } }
            """);
        var server = lab.A.Start("taskset", "-c", "0", "env", $"TS_STATE_DIR={lab.Folder}/state", Repository.PathOf("artifacts", "edge"), "orb", "--config", file);
        await server.Printed("is up");
        return server.Id;
    }

    private static string[] Client(string what, TunnelKeys client, TunnelKeys keys, Interop.Lab lab, int count) =>
    [
        "taskset", "-c", "1", "dotnet", Path.Combine(AppContext.BaseDirectory, "Edge.Bench.dll"), NetstackClient.Name, what, client.PrivateA, "10.7.0.9", keys.PublicA,
        TunnelSide.EndpointOf(lab.A, true), lab.A.InnerAddress(isV4: true), what == "hold" ? "/small" : "/large", count.ToString(CultureInfo.InvariantCulture),
    ];

    private static async Task<(double Requests, double P99)> Wrk(Interop.Lab lab, string url, int seconds)
    {
        var text = await lab.B.Run("taskset", "-c", "1", "wrk", "-t1", "-c32", string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"), "--latency", url);
        var p99 = Latency().Match(text);
        var unit = p99.Groups[2].Value switch { "us" => 0.001, "ms" => 1.0, _ => 1000.0 };
        return (double.Parse(Rate().Match(text).Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(p99.Groups[1].Value, CultureInfo.InvariantCulture) * unit);
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Latency();
}
