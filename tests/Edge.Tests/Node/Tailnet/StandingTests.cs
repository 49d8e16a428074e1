using Edge.Node.Tailnet;
using Edge.Protocols.Control.Messages;
using Edge.Tests.Orb;

namespace Edge.Tests.Node.Tailnet;

/// <summary>What a node tells of itself on its way into a tailnet, and of its ways to others: the log, the events, readiness and the status.</summary>
public sealed class StandingTests
{
    [Test]
    public async Task Each_step_is_said_once_and_a_path_in_the_log_the_events_and_the_status()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var lab = await LabTailnet.Start(limit.Token);
        var (a, b) = (await lab.Serve("a"), await lab.Serve("b"));
        var node = TailnetLab.NodeOf(a);
        await TailnetLab.Map(TailnetLab.NodeOf(b), static map => map.Peers.Count == 1, limit.Token);
        var map = await TailnetLab.Map(node, static map => map.Self.HomeRegion == 900 && map.Peers.Count == 1, limit.Token);
        var peer = map.Peers.Single().Value.Addresses[0].Address;
        PingReport pong;
        do
            pong = await node.Ping(peer, PingKind.Disco, limit.Token);
        while (pong.Endpoint is null);

        var seen = new List<string>();
        await foreach (var happened in a.Server.Networks.Events.Listen(limit.Token))
        {
            seen.Add($"{happened.Kind} {happened.Subject} {happened.Text}");
            if (seen[^1].StartsWith("path b.lab.test direct, ", StringComparison.Ordinal))
                break;
        }
        limit.Token.ThrowIfCancellationRequested();
        await Assert.That(seen).Contains("state  up").And.Contains("home  edge (region 900)");
        await Assert.That(a.Log.Text).Contains("the path to b.lab.test is direct, ");
        var status = await node.Status();
        await Assert.That(status.Peers.Single().Path).IsEqualTo(PathKind.Direct);
        await Assert.That(status.Peers.Single().Endpoint?.Port).IsEqualTo(pong.Endpoint.Value.Port);
        await Assert.That(a.Server.Services.Readiness.IsReady).IsTrue();
        foreach (var step in (string[])["joining the tailnet of", "authenticated by", "network map: a.lab.test", "MagicDNS: names of lab.test", "is up: a.lab.test", "the home relay is edge", "connected to the relay"])
            await Assert.That(a.Log.Lines.Count(line => line.Contains(step, StringComparison.Ordinal))).IsEqualTo(1).Because(step);
    }

    [Test]
    public async Task Without_its_control_server_a_node_is_not_ready_and_says_which_step_failed()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var lab = await LabTailnet.Start(limit.Token);
        lab.Control.IsDown = true;
        var a = await lab.Serve("a");
        await Until(() => Reason(a).Contains("failed: ", StringComparison.Ordinal), limit.Token);
        await Assert.That(Reason(a)).StartsWith($"asking for the key of {lab.Control.Url.GetLeftPart(UriPartial.Authority)} failed: ");
        using (var client = a.Client())
            await Assert.That(await client.GetStringAsync("/", limit.Token)).IsEqualTo("hello from a");
        lab.Control.IsDown = false;
        await Until(() => a.Server.Services.Readiness.IsReady, limit.Token);
        await Assert.That(Reason(a)).IsEqualTo("");
    }

    private static string Reason(OrbRun orb) => orb.Server.Services.Readiness.Missing.GetValueOrDefault("network lab", "");

    private static async Task Until(Func<bool> condition, CancellationToken cancellation)
    {
        while (!condition())
            await Task.Delay(10, cancellation);
    }
}
