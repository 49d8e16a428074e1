using System.Text.Json.Nodes;
using Edge.Foundation.Configuration;
using Edge.Node.Tailnet;
using Edge.Tests.Cli;
using Edge.Tests.Node.Tailnet;
using Edge.Tests.Orb;

namespace Edge.Tests.Node.Status;

/// <summary>Tailscale's own command asks our server as if it were its daemon. <c>PEERS</c> names the folder that has it.</summary>
public sealed class StockCommandTests
{
    [Test]
    public async Task It_shows_the_tailnet_pings_its_peers_and_looks_up_its_names()
    {
        var program = Path.Combine(Environment.GetEnvironmentVariable("PEERS") is { Length: > 0 } peers ? peers : "/", "tailscale");
        Skip.Unless(File.Exists(program), "PEERS names no folder with tailscale");
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        using var folder = new TemporaryFolder();
        await using var lab = await LabTailnet.Start(limit.Token);
        var socket = Path.Combine(folder.Path, "admin.sock");
        await using var here = await lab.ServeWithAdmin("here", new ListenAddress { UnixPath = socket });
        var there = await lab.Serve("there");
        await TailnetLab.Map(TailnetLab.NodeOf(there), static map => map.Peers.Count == 1, limit.Token);
        var node = (TailnetNetwork)here.Server.Networks.Find("lab")!;
        var map = await TailnetLab.Map(node, static map => map.Self.HomeRegion != 0 && map.Peers.Count == 1 && map.Peers.Single().Value.HomeRegion != 0 && map.Peers.Single().Value.Host.Services.Count > 0, limit.Token);
        var (own, peer) = ($"{map.Self.Addresses[0].Address}", $"{map.Peers.Single().Value.Addresses[0].Address}");

        var status = await Run("status");
        await Assert.That(status).Contains(own).And.Contains("here").And.Contains(peer).And.Contains("there");
        await Assert.That((string)JsonNode.Parse(await Run("status", "--json"))!["Self"]!["DNSName"]!).IsEqualTo("here.lab.test.");
        await Assert.That(await Run("whois", peer)).Contains("there.lab.test");
        await Assert.That(await Run("ip", "-4")).IsEqualTo($"{own}\n");
        await Assert.That(await Run("ip", "-4", "there")).IsEqualTo($"{peer}\n");
        await Assert.That(await Run("ping", "--c", "1", "--until-direct=false", "--timeout", "60s", "there")).Contains($"pong from there ({peer}) via ");
        await Assert.That(await Run("ping", "--tsmp", "--timeout", "60s", "there")).Contains($"pong from there ({peer}, ").And.Contains("via TSMP");
        await Assert.That(await Run("ping", "--icmp", "--timeout", "60s", peer)).Contains("via ICMP");
        await Assert.That(await Run("ping", "--peerapi", "--timeout", "60s", peer)).Contains($"hit peerapi of {peer}");
        await Assert.That(await Run("dns", "query", "there.lab.test")).Contains("RCodeSuccess").And.Contains(peer);
        // The command asks the relays itself, and our server which there are.
        await Assert.That(await Run("netcheck")).Contains("* UDP: true").And.Contains("* IPv4: yes, 127.0.0.1:");

        async Task<string> Run(params string[] arguments)
        {
            // It asks no router to map ports: tests send to nobody.
            var run = await CommandRun.Start(program, [$"--socket={socket}", .. arguments], ("TS_DISABLE_PORTMAPPER", "1")).WaitAsync(limit.Token);
            Console.WriteLine($"$ tailscale {string.Join(' ', arguments)}\n{run.Out}{run.Error}");
            await Assert.That(run.ExitCode).IsEqualTo(0).Because(run.Out + run.Error);
            return run.Out;
        }
    }
}
