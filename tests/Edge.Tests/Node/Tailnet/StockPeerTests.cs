using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Edge.Io.Netlink;
using Edge.Lab.Control;
using Edge.Node.Tailnet.PeerApi;
using Edge.Tests.Cli;
using Edge.Tests.Orb;
using Edge.Tests.Relay;

namespace Edge.Tests.Node.Tailnet;

/// <summary>A stock tailscaled as the peer of a node of ours: each kind of its pings, and a route through us. Runs where PEERS names a folder that has it.</summary>
[RequiresTailscaled]
public sealed class StockPeerTests
{
    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Its_pings_of_every_kind_are_answered_and_it_reaches_what_is_advertised(bool isRelayed)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit * 2);
        var own = LocalAddresses.List().Find(static address => address.IsV4 && !address.IsLoopback && !address.IsLinkLocal);
        Skip.Unless(own != default, "this machine has no address but its loopback, where tailscaled has no endpoint");
        using var listener = new TcpListener(own.ToIPAddress(), 0);
        listener.Start();
        // A stock node that has no relay at all never says that it is up.
        await using var relay = await RelayRun.Start();
        await using var control = await LabControl.Start(new LabControlOptions { Relays = await LabTailnet.MapOf(relay, limit.Token) });
        control.Tailnet.ApprovesRoutes = true;
        await using var node = TailnetRun.Start(control, "edge-node", $"advertiseRoutes {{ \"{own}/32\" }}");
        var here = await TailnetRun.Known(control, "edge-node", static known => known.Host.Contains("peerapi4", StringComparison.Ordinal) && !known.Endpoints.IsEmpty, limit.Token);

        using var folder = new TemporaryFolder();
        using var daemon = Begin("tailscaled", folder, isRelayed, "--tun=userspace-networking", "--state=mem:", $"--statedir={folder.Path}", "--port=0", "--no-logs-no-support");
        try
        {
            while (!File.Exists(Path.Combine(folder.Path, "s.sock")))
                await Task.Delay(50, limit.Token);
            await Ask(folder, limit.Token, "up", $"--login-server={control.Url}", $"--auth-key={control.AddKey()}", "--hostname=stock", "--accept-dns=false", "--accept-routes");
            await node.Map(map => map.Peers.Any(peer => isRelayed ? peer.Value.HomeRegion == 900 : peer.Value.Endpoints.Count > 0), limit.Token);
            var port = PeerApiServer.PortFor(here.V4, static _ => false);
            await Until(folder, isRelayed ? "via DERP(edge) in" : $"via {own}:", limit.Token, "ping", "--c", "1", "--until-direct=false", here.V4.ToString());
            await Until(folder, $"pong from edge-node ({here.V4}, {port}) via TSMP", limit.Token, "ping", "--tsmp", "--c", "1", here.V4.ToString());
            await Until(folder, $" at http://{here.V4}:{port} in ", limit.Token, "ping", "--peerapi", "--c", "1", here.V4.ToString());
            await Until(folder, "via ICMP", limit.Token, "ping", "--icmp", "--c", "1", here.V4.ToString());

            using var through = Begin("tailscale", folder, isRelayed, "nc", own.ToString(), ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
            using var far = await listener.AcceptTcpClientAsync(limit.Token);
            await through.StandardInput.WriteLineAsync("there");
            await through.StandardInput.FlushAsync(limit.Token);
            using var reader = new StreamReader(far.GetStream());
            await Assert.That(await reader.ReadLineAsync(limit.Token)).IsEqualTo("there");
            through.Kill();
        }
        finally
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }
    }

    private static Process Begin(string program, TemporaryFolder folder, bool isRelayed, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(RequiresTailscaledAttribute.Folder!, program), [$"--socket={folder.Path}/s.sock", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["TS_NO_LOGS_NO_SUPPORT"] = "true";
        start.Environment["TS_DISABLE_PORTMAPPER"] = "1";
        if (isRelayed)
            start.Environment["TS_DEBUG_ALWAYS_USE_DERP"] = "1";
        var process = Process.Start(start)!;
        if (program == "tailscaled")
        {
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }
        return process;
    }

    private static async Task<string> Ask(TemporaryFolder folder, CancellationToken cancellation, params string[] command)
    {
        using var process = Begin("tailscale", folder, isRelayed: false, command);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        return await output + await error;
    }

    private static async Task Until(TemporaryFolder folder, string expected, CancellationToken cancellation, params string[] command)
    {
        while (true)
        {
            if ((await Ask(folder, cancellation, command)).Contains(expected, StringComparison.Ordinal))
                return;
        }
    }
}
