using System.Text.Json.Nodes;
using Edge.Foundation.Configuration;
using Edge.Foundation.Netmap;
using Edge.Node.Tailnet;
using Edge.Tests.Admin;
using Edge.Tests.Cli;
using Edge.Tests.Node.Tailnet;
using Edge.Tests.Orb;

namespace Edge.Tests.Node.Status;

/// <summary>`edge ping` and `edge netcheck`, asking a server that is in our laboratory's tailnet with another one.</summary>
public sealed class PingCommandTests
{
    [Test]
    public async Task A_peer_is_pinged_until_the_way_is_direct()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var lab = await LabTailnet.Start(limit.Token);
        await using var here = await Serve(lab);
        var (own, peer) = await Join(lab, here, limit.Token);
        var direct = await Ask(here, "ping", "there", "-c", "0", "--timeout", "60").WaitAsync(limit.Token);
        await Assert.That(direct.Error).IsEqualTo("");
        await Assert.That(direct.ExitCode).IsEqualTo(0);
        var lines = direct.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var port = await PortOf(lab);
        await Assert.That(lines[^1]).Matches($@"^pong from there \({peer}\) via [0-9.\[\]:a-f]+:{port} in [0-9.]+m?s$");
        foreach (var line in lines[..^1])
            await Assert.That(line).Contains("via DERP(");

        // By its whole name, its address, and only as often as was asked.
        var json = JsonNode.Parse((await Ask(here, "ping", "THERE.lab.test.", "--json", "-c", "2", "--until-direct=false").WaitAsync(limit.Token)).Out)!;
        await Assert.That((int)json["Sent"]!).IsEqualTo(2);
        await Assert.That((bool)json["Direct"]!).IsTrue();
        await Assert.That((string)json["Pongs"]![0]!["IP"]!).IsEqualTo(peer);
        await Assert.That((await Ask(here, "ping", peer, "-c", "1")).Out).StartsWith($"pong from there ({peer}) via ");
        await Assert.That(await Ask(here, "ping", "here")).IsEqualTo(new CommandRun(0, $"{own} is local Tailscale IP\n", ""));
    }

    [Test]
    public async Task The_other_kinds_of_pings_go_through_the_tunnel()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var lab = await LabTailnet.Start(limit.Token);
        await using var here = await Serve(lab);
        var (_, peer) = await Join(lab, here, limit.Token);
        var port = PeerApiPort((await Until(here, static map => map.Peers.Single().Value.Host.Services.Count > 0, limit.Token)).Peers.Single().Value);
        await Assert.That((await Ask(here, "ping", "there", "--tsmp", "--timeout", "60")).Out).Matches($@"^pong from there \({peer}, {port}\) via TSMP in [0-9.]+m?s\n$");
        await Assert.That((await Ask(here, "ping", "there", "--icmp", "--timeout", "60")).Out).Matches($@"^pong from there \({peer}\) via ICMP in [0-9.]+m?s\n$");
        await Assert.That((await Ask(here, "ping", "there", "--peerapi", "--timeout", "60")).Out).Matches($@"^hit peerapi of {peer} \(there\) at http://{peer}:{port} in [0-9.]+m?s\n$");
        // Behind the IPv6 address lies the same node.
        var v6 = (await Until(here, static _ => true, limit.Token)).Peers.Single().Value.Addresses[1].Address;
        await Assert.That((await Ask(here, "ping", $"{v6}", "--tsmp", "--timeout", "60")).Out).StartsWith("pong from there (");
    }

    [Test]
    public async Task Whom_nobody_knows_is_not_pinged()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var lab = await LabTailnet.Start(limit.Token);
        await using var here = await Serve(lab);
        await Until(here, static _ => true, limit.Token);
        await Assert.That(await Ask(here, "ping", "100.99.99.99")).IsEqualTo(new CommandRun(1, "", "edge: error: no matching peer\n  help: `edge status` shows how the peer stands.\n"));
        var unknown = await Ask(here, "ping", "nobody.lab.test");
        await Assert.That((unknown.ExitCode, unknown.Out)).IsEqualTo((1, ""));
        await Assert.That(unknown.Error).Contains("nobody.lab.test");
        await Assert.That((await Ask(here, "ping", "there", "--network", "other")).Error).Contains("this server is in no tailnet `other`");
        using var client = Client(here);
        // What does something is not done by a link.
        await Assert.That((int)(await client.GetAsync("/localapi/v0/ping?ip=100.99.99.99&type=disco", limit.Token)).StatusCode).IsEqualTo(405);
        foreach (var query in (string[])["ip=100.64.0.1&type=telepathy", "type=disco", "ip=100.64.0.1&type=disco&timeout=-1", "ip=100.64.0.1&type=disco&timeout=NaN"])
            await Assert.That((int)(await client.PostAsync($"/localapi/v0/ping?{query}", null, limit.Token)).StatusCode).IsEqualTo(400).Because(query);
    }

    [Test]
    public async Task The_network_is_checked_by_the_server_and_without_one()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var lab = await LabTailnet.Start(limit.Token);
        await using var here = await Serve(lab);
        await Until(here, static map => map.Self.HomeRegion != 0, limit.Token);
        var asked = await Ask(here, "netcheck");
        await Assert.That((asked.ExitCode, asked.Error)).IsEqualTo((0, ""));
        await Assert.That(asked.Out).Contains("\t* UDP: true\n").And.Contains("\t* IPv4: yes, 127.0.0.1:").And.Contains("\t* DERP latency:\n\t\t- ");
        var seen = JsonNode.Parse((await Ask(here, "netcheck", "--json")).Out)!;
        await Assert.That((int)seen["PreferredDERP"]!).IsEqualTo(900);
        await Assert.That((long)seen["RegionV4Latency"]!["900"]!).IsGreaterThan(0);

        // What the one tells of its relays the other reads.
        using var client = Client(here);
        using var folder = new TemporaryFolder();
        folder.Write("map.json", await client.GetByteArrayAsync("/localapi/v0/derpmap", limit.Token));
        var alone = await CommandRun.InProcess("netcheck", "--derp-map", Path.Combine(folder.Path, "map.json"), "--json");
        await Assert.That((alone.ExitCode, alone.Error)).IsEqualTo((0, ""));
        var own = JsonNode.Parse(alone.Out)!;
        await Assert.That((bool)own["UDP"]!).IsTrue();
        await Assert.That((int)own["PreferredDERP"]!).IsEqualTo(900);
        await Assert.That((string)own["GlobalV4"]!).StartsWith("127.0.0.1:");
        folder.Write("wrong.json", "{\"Regions\":{}}"u8);
        var wrong = await CommandRun.InProcess("netcheck", "--derp-map", Path.Combine(folder.Path, "wrong.json"));
        await Assert.That(wrong.ExitCode).IsEqualTo(2);
        await Assert.That(wrong.Error).Contains("is no DERP map: it names no region");
    }

    [Test]
    [Arguments(0.0004, "0.4ms")]
    [Arguments(0.0032, "3.2ms")]
    [Arguments(0.0123, "12ms")]
    [Arguments(1.5, "1.5s")]
    public async Task A_time_is_short(double seconds, string expected) => await Assert.That(Edge.Cli.PingRun.Latency(seconds)).IsEqualTo(expected);

    private static async Task<(string Own, string Peer)> Join(LabTailnet lab, AdminRun here, CancellationToken cancellation)
    {
        var there = await lab.Serve("there");
        await TailnetLab.Map(TailnetLab.NodeOf(there), static map => map.Peers.Count == 1, cancellation);
        var map = await Until(here, static map => map.Peers.Count == 1 && map.Peers.Single().Value.HomeRegion != 0, cancellation);
        return ($"{map.Self.Addresses[0].Address}", $"{map.Peers.Single().Value.Addresses[0].Address}");
    }

    private static async Task<int> PortOf(LabTailnet lab) => (await TailnetLab.NodeOf(lab.Servers[0]).Status()).Port;

    private static int PeerApiPort(TailnetNode peer) => peer.Host.Services.Span.ToArray().First(static service => service.Protocol == "peerapi4").Port;

    private static Task<AdminRun> Serve(LabTailnet lab) => lab.ServeWithAdmin("here", new ListenAddress { Host = "127.0.0.1", Port = 0 });

    private static Task<NetworkMap> Until(AdminRun run, Func<NetworkMap, bool> condition, CancellationToken cancellation) =>
        TailnetLab.Map((TailnetNetwork)run.Server.Networks.Find("lab")!, condition, cancellation);

    private static HttpClient Client(AdminRun run) => new(OrbRun.Handler()) { BaseAddress = new Uri($"http://{run.Private.Bound}"), Timeout = OrbRun.Limit };

    private static Task<CommandRun> Ask(AdminRun run, params string[] arguments) => CommandRun.InProcess([.. arguments, "--admin", $"{run.Private.Bound}"]);
}
