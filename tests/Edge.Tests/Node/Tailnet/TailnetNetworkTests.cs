using System.Text.Json.Nodes;
using Edge.Foundation.Time;
using Edge.Node.Tailnet;
using Edge.Tests.Cli;
using Edge.Tests.Io.Control;
using Edge.Tests.Orb;

namespace Edge.Tests.Node.Tailnet;

/// <summary>Whole nodes of a tailnet on loopback, with a real Headscale: they run where PEERS names a folder that has it.</summary>
[RequiresHeadscale]
public sealed class TailnetNetworkTests
{
    [Test]
    public async Task Two_servers_reach_each_other_by_name_and_directly()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var lab = await TailnetLab.Start(limit.Token);
        var (a, b) = (await lab.Serve("a"), await lab.Serve("b"));
        var map = await TailnetLab.Map(TailnetLab.NodeOf(a), static map => map.Peers.Count == 1, limit.Token);
        await TailnetLab.Map(TailnetLab.NodeOf(b), static map => map.Peers.Count == 1, limit.Token);
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", limit.Token)).IsEqualTo("hello from b");
        await Assert.That(await TailnetLab.Fetch(b, "http://a.edge.test/", limit.Token)).IsEqualTo("hello from a");
        await Assert.That(await TailnetLab.Fetch(b, $"http://[{map.Self.Addresses[1].Address}]:443/", limit.Token)).IsEqualTo("hello from a");
        var direct = await TailnetLab.FetchUntil(a, "b", static peer => peer.Path == PathKind.Direct, limit.Token);
        await Assert.That(direct.Endpoint!.Value.Port).IsEqualTo((ushort)(await TailnetLab.NodeOf(b).Status()).Port);
        await Assert.That(direct.SinceHandshake).IsNotNull();

        var status = await TailnetLab.NodeOf(a).Status();
        await Assert.That(status.Standing.State).IsEqualTo(TailnetState.Running);
        await Assert.That(status.Home!.Id).IsEqualTo(900);
        await Assert.That(status.Health).IsEmpty();
        await Assert.That(a.Server.Services.Readiness.IsReady).IsTrue();
        foreach (var step in (string[])["joining the tailnet of", "authenticated by", "network map: a.edge.test", "MagicDNS: names of edge.test", "is up: a.edge.test", "the home relay is lab"])
            await Assert.That(a.Log.Lines.Count(line => line.Contains(step, StringComparison.Ordinal))).IsEqualTo(1).Because(step);
    }

    [Test]
    public async Task The_control_server_goes_and_nodes_talk_on_and_one_that_restarts_comes_back_by_what_it_kept()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var lab = await TailnetLab.Start(limit.Token);
        var (a, b) = (await lab.Serve("a"), await lab.Serve("b"));
        await TailnetLab.Map(TailnetLab.NodeOf(a), static map => map.Peers.Any(static peer => peer.Value.HomeRegion == 900), limit.Token);
        await TailnetLab.Map(TailnetLab.NodeOf(b), static map => map.Self.HomeRegion == 900 && map.Peers.Any(static peer => peer.Value.HomeRegion == 900), limit.Token);
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", limit.Token)).IsEqualTo("hello from b");

        lab.Control.Kill();
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", limit.Token)).IsEqualTo("hello from b");
        // Peers know neither its new port nor its new disco key: the relay is the way.
        await lab.Stop(b);
        b = await lab.Serve("b");
        await TailnetLab.Map(TailnetLab.NodeOf(b), static map => map.Peers.Count == 1, limit.Token);
        await Assert.That(TailnetLab.NodeOf(b).IsMapCached).IsTrue();
        await Assert.That(await TailnetLab.Fetch(b, "http://a/", limit.Token)).IsEqualTo("hello from a");
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", limit.Token)).IsEqualTo("hello from b");
        await Assert.That(b.Server.Services.Readiness.IsReady).IsTrue();
        await Assert.That(a.Log.Text).Contains("the last network map stays in force");

        await lab.Control.Again(limit.Token);
        var node = TailnetLab.NodeOf(b);
        await TailnetLab.Map(node, _ => !node.IsMapCached, limit.Token);
        await TailnetLab.FetchUntil(a, "b", static peer => peer.Path == PathKind.Direct, limit.Token);
    }

    [Test]
    public async Task A_key_that_is_refused_is_said_without_being_shown_and_the_server_serves_on()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var lab = await TailnetLab.Start(limit.Token);
        const string Wrong = "hskey-auth-wrong00wrong-secret0secret0secret0secret0secret0secret0secret0secret0";
        var orb = await lab.Serve("a", lab.Network("a", Wrong));
        while (!TailnetLab.NodeOf(orb).Standing.IsRefused)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        using var http = orb.Client();
        await Assert.That(await http.GetStringAsync("/", limit.Token)).IsEqualTo("hello from a");
        await Assert.That(orb.Server.Services.Readiness.Missing["network lab"]).Contains("registration with the control server");
        await Assert.That(orb.Log.Text).Contains("Look at `authKey`").And.DoesNotContain(Wrong);
        await Assert.That(async () => await orb.Server.Networks.DiallerOf(TailnetLab.NodeOf(orb)).Dial("100.64.0.9", 80, limit.Token)).Throws<Edge.Io.DialException>().WithMessageContaining("registration");
    }

    [Test]
    public async Task A_key_that_has_ended_is_replaced_and_connections_begin_anew()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var lab = await TailnetLab.Start(limit.Token);
        var (a, b) = (await lab.Serve("a"), await lab.Serve("b"));
        await TailnetLab.Map(TailnetLab.NodeOf(a), static map => map.Peers.Count == 1, limit.Token);
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", limit.Token)).IsEqualTo("hello from b");
        var before = TailnetLab.NodeOf(b).Map!.Self;
        await lab.Control.Command("nodes", "expire", "--identifier", before.Id.ToString());
        var after = (await TailnetLab.Map(TailnetLab.NodeOf(b), map => map.Self.Key != before.Key, limit.Token)).Self;
        await TailnetLab.Map(TailnetLab.NodeOf(a), map => map.Peers.Any(peer => peer.Value.Key == after.Key && peer.Value.MayBeReachedAt(UtcTime.Of(DateTimeOffset.UtcNow))), limit.Token);
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", limit.Token)).IsEqualTo("hello from b");
        await Assert.That(await TailnetLab.Fetch(b, "http://a/", limit.Token)).IsEqualTo("hello from a");
    }

    [Test]
    public async Task Two_tailnets_with_the_same_addresses_are_told_apart_by_names()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var one = await TailnetLab.Start(limit.Token);
        await using var two = await TailnetLab.Start(limit.Token);
        await TailnetLab.Map(TailnetLab.NodeOf(await one.Serve("web-one")), static _ => true, limit.Token);
        await TailnetLab.Map(TailnetLab.NodeOf(await two.Serve("web-two")), static _ => true, limit.Token);
        // Both servers are the first node of their tailnet, and have its first address.
        var both = await one.Serve("both", one.Network("both") + "\n" + two.Network("both").Replace("[\"lab\"]", "[\"other\"]", StringComparison.Ordinal));
        var (inOne, inTwo) = (TailnetLab.NodeOf(both), TailnetLab.NodeOf(both, "other"));
        var first = (await TailnetLab.Map(inOne, static map => map.Peers.Count == 1, limit.Token)).Peers.Single().Value.Addresses[0].Address;
        var second = (await TailnetLab.Map(inTwo, static map => map.Peers.Count == 1, limit.Token)).Peers.Single().Value.Addresses[0].Address;
        await Assert.That(first).IsEqualTo(second);
        await Assert.That(await TailnetLab.Fetch(both, "http://web-one/", limit.Token)).IsEqualTo("hello from web-one");
        await Assert.That(await TailnetLab.Fetch(both, "http://web-two/", limit.Token)).IsEqualTo("hello from web-two");
        await Assert.That(async () => await both.Server.Networks.Dial(first.ToString(), 80, limit.Token)).Throws<Edge.Io.DialException>().WithMessageContaining("both claim it");
    }

    [Test]
    public async Task A_node_that_nobody_keeps_logs_out_when_the_server_stops()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var lab = await TailnetLab.Start(limit.Token);
        var network = lab.Network("a").Replace($"stateDir = \"{Path.Combine(lab.Folder.Path, "a")}\"", "stateDir = \"mem:\"", StringComparison.Ordinal);
        var a = await lab.Serve("a", network);
        await TailnetLab.Map(TailnetLab.NodeOf(a), static _ => true, limit.Token);
        await lab.Stop(a);
        await Assert.That(a.Log.Text).Contains("the network lab: logged out");
        var nodes = JsonNode.Parse(await lab.Control.Command("nodes", "list", "-o", "json"))!.AsArray();
        await Assert.That(nodes.All(static node => node!["expiry"] is not null)).IsTrue();
    }

    [Test]
    public async Task Edge_fetch_joins_prints_the_page_and_the_path_and_leaves()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var lab = await TailnetLab.Start(limit.Token);
        var a = await lab.Serve("a");
        await TailnetLab.Map(TailnetLab.NodeOf(a), static map => map.Self.HomeRegion == 900, limit.Token);
        var run = await CommandRun.Start(CommandRun.Executable, ["fetch", "http://a/", "--control-url", lab.Control.Url.ToString(), "--hostname", "visitor", "-v"], ("TS_AUTHKEY", lab.Control.AuthKey));
        await Assert.That(run.Out).IsEqualTo("hello from a").Because(run.Error);
        await Assert.That(run.ExitCode).IsEqualTo(0);
        await Assert.That(run.Error).Contains("up as visitor.edge.test").And.Contains("connected to a:80").And.Contains("200 OK").And.Contains("* path: ").And.DoesNotContain(lab.Control.AuthKey);

        var refused = await CommandRun.Start(CommandRun.Executable, ["fetch", "http://a/", "--control-url", lab.Control.Url.ToString()], ("TS_AUTHKEY", "hskey-auth-nobody"));
        await Assert.That(refused.ExitCode).IsEqualTo(1);
        await Assert.That(refused.Error).Contains("registration with the control server");
    }
}
