using System.Text;
using System.Text.Json.Nodes;
using Edge.Io.Derp;
using Edge.Node.Tailnet;
using Edge.Tests.Orb;
using Edge.Tests.Relay;

namespace Edge.Tests.Node.Tailnet;

/// <summary>Whole nodes whose relay restarts, goes, or shows another certificate than the network map says.</summary>
public sealed class RelayFaultTests
{
    [Test]
    public async Task A_relay_that_restarts_is_found_again_and_a_connection_that_it_carried_goes_on()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var tailnet = await LabTailnet.Start(limit.Token);
        var (a, _) = await Pair(tailnet, isRelayed: true, limit.Token);
        await using var stream = await a.Server.Networks.Dial("b", 80, limit.Token);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: b\r\n"u8.ToArray(), limit.Token);
        await stream.FlushAsync(limit.Token);

        await tailnet.StopRelay();
        await tailnet.StartRelay();
        await stream.WriteAsync("Connection: close\r\n\r\n"u8.ToArray(), limit.Token);
        await stream.FlushAsync(limit.Token);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await Assert.That(await reader.ReadToEndAsync(limit.Token)).StartsWith("HTTP/1.1 200 OK").And.EndsWith("hello from b");
        await TailnetLab.FetchUntil(a, "b", static peer => peer.Path == PathKind.Relay, limit.Token);
        await Assert.That(a.Log.Lines.Count(static line => line.Contains("connected to the relay", StringComparison.Ordinal))).IsGreaterThanOrEqualTo(2);
        await Assert.That((await TailnetLab.NodeOf(a).Status()).Health).IsEmpty();
    }

    [Test]
    public async Task Without_their_relay_nodes_talk_on_directly_and_say_that_it_is_missing()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var tailnet = await LabTailnet.Start(limit.Token);
        var (a, b) = await Pair(tailnet, isRelayed: false, limit.Token);
        await TailnetLab.FetchUntil(a, "b", static peer => peer.Path == PathKind.Direct, limit.Token);
        await TailnetLab.FetchUntil(b, "a", static peer => peer.Path == PathKind.Direct, limit.Token);

        await tailnet.StopRelay();
        var health = await Health(a, static health => health.Count > 0, limit.Token);
        await Assert.That(health[0]).StartsWith("the relay of region 900 is not reached: ");
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", limit.Token)).IsEqualTo("hello from b");
        await Assert.That(await TailnetLab.Fetch(b, "http://a/", limit.Token)).IsEqualTo("hello from a");
        // A path that is there needs no relay: readiness is about the network.
        await Assert.That(a.Server.Services.Readiness.IsReady).IsTrue();

        await tailnet.StartRelay();
        await Health(a, static health => health.Count == 0, limit.Token);
    }

    [Test]
    public async Task When_its_relay_is_gone_the_home_moves_to_another_and_peers_follow()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        // Ends when nobody is at home there any more.
        await using var other = await RelayRun.Start(static options => options with { StunPort = 0 });
        await using var tailnet = await LabTailnet.Start(limit.Token);
        var (a, b) = await Pair(tailnet, isRelayed: true, limit.Token);
        var both = await WithAnother(tailnet, other, limit.Token);
        tailnet.Control.Tailnet.Change(state => state with { Relays = both });
        foreach (var orb in (OrbRun[])[a, b])
            await TailnetLab.Map(TailnetLab.NodeOf(orb), static map => map.Relays.Find(901) is not null, limit.Token);

        await tailnet.StopRelay();
        foreach (var orb in (OrbRun[])[a, b])
            await TailnetLab.Map(TailnetLab.NodeOf(orb), static map => map.Self.HomeRegion == 901 && map.Peers.Single().Value.HomeRegion == 901, limit.Token);
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", limit.Token)).IsEqualTo("hello from b");
        await Assert.That(await TailnetLab.Fetch(b, "http://a/", limit.Token)).IsEqualTo("hello from a");
        await Assert.That(a.Log.Text).Contains("the home relay is other (region 901)");
    }

    [Test]
    public async Task A_relay_with_another_certificate_is_not_used_and_both_hashes_are_said()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var tailnet = await LabTailnet.Start(limit.Token);
        var (right, wrong) = (tailnet.Relay.Node.CertName, DerpNode.PinPrefix + new string('0', 64));
        var relays = tailnet.Control.Tailnet.State.Relays;
        tailnet.Control.Tailnet.Change(state => state with { Relays = relays.Replace(right, wrong, StringComparison.Ordinal) });
        var (a, _) = (await tailnet.Serve("a"), await tailnet.Serve("b"));
        var health = await Health(a, static health => health.Count > 0, limit.Token);
        await Assert.That(health[0]).Contains(right[DerpNode.PinPrefix.Length..]).And.Contains(wrong[DerpNode.PinPrefix.Length..]);
        await Assert.That(a.Log.Text).Contains(health[0]).And.DoesNotContain("connected to the relay");
        await TailnetLab.Map(TailnetLab.NodeOf(a), static map => map.Peers.Count == 1, limit.Token);
        await TailnetLab.FetchUntil(a, "b", static peer => peer.Path == PathKind.Direct, limit.Token);

        tailnet.Control.Tailnet.Change(state => state with { Relays = relays });
        await Health(a, static health => health.Count == 0, limit.Token);
        await Assert.That(a.Log.Text).Contains("connected to the relay");
    }

    /// <summary>Two servers that know each other and have fetched from one another.</summary>
    private static async Task<(OrbRun A, OrbRun B)> Pair(LabTailnet tailnet, bool isRelayed, CancellationToken cancellation)
    {
        tailnet.Control.Tailnet.Change(state => state with { HidesPaths = isRelayed });
        var (a, b) = (await tailnet.Serve("a"), await tailnet.Serve("b"));
        foreach (var orb in (OrbRun[])[a, b])
            await TailnetLab.Map(TailnetLab.NodeOf(orb), static map => map.Self.HomeRegion == 900 && map.Peers.Count == 1 && map.Peers.Single().Value.HomeRegion == 900, cancellation);
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", cancellation)).IsEqualTo("hello from b");
        await Assert.That(await TailnetLab.Fetch(b, "http://a/", cancellation)).IsEqualTo("hello from a");
        return (a, b);
    }

    /// <summary>The tailnet's relays, with another one in a region of its own.</summary>
    private static async Task<string> WithAnother(LabTailnet tailnet, RelayRun other, CancellationToken cancellation)
    {
        var both = JsonNode.Parse(tailnet.Control.Tailnet.State.Relays)!;
        var region = JsonNode.Parse(await LabTailnet.MapOf(other, cancellation))!["Regions"]!["900"]!.DeepClone();
        (region["RegionID"], region["RegionCode"]) = (901, "other");
        (region["Nodes"]![0]!["RegionID"], region["Nodes"]![0]!["Name"]) = (901, "901a");
        both["Regions"]!["901"] = region;
        return both.ToJsonString();
    }

    /// <summary>Waits for what the status says is wrong.</summary>
    private static async Task<IReadOnlyList<string>> Health(OrbRun orb, Func<IReadOnlyList<string>, bool> expected, CancellationToken cancellation)
    {
        while (true)
        {
            var health = (await TailnetLab.NodeOf(orb).Status()).Health;
            if (expected(health))
                return health;
            await Task.Delay(10, cancellation);
        }
    }
}
