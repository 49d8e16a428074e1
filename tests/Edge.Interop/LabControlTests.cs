using System.Text.Json;
using System.Text.RegularExpressions;
using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>
/// Stock nodes in a tailnet of our laboratory's control server and relay: what Edge's own tests are run with is no dialect of ours. <c>PEERS</c>
/// names the folder that has the programs.
/// </summary>
[Category(Published.Category)]
public sealed partial class LabControlTests
{
    [Test]
    [Arguments(true, "via DERP(edge)")]
    [Arguments(false, "via 10.9.0.2:")]
    public async Task Two_tailscaled_join_see_each_other_and_talk(bool isRelayed, string way)
    {
        Tools.Require();
        await using var lab = await Lab.Create();
        var server = await Start(lab);
        var (a, b) = (await StockNode.Start(lab.A, isRelayed), await StockNode.Start(lab.B, isRelayed));
        await a.Run(StockNode.Up(server, $"--auth-key={LabTailnet.Key}", "--hostname=one"));
        await b.Run(StockNode.Up(server, $"--auth-key={LabTailnet.Key}", "--hostname=two"));

        await Tools.Until(async () => (await a.Try("ping", "--c", "1", "--until-direct=false", "two")).Output.Contains(way, StringComparison.Ordinal), $"a ping {way}");
        using var seen = JsonDocument.Parse(await a.Run("status", "--json"));
        var peer = seen.RootElement.GetProperty("Peer").EnumerateObject().Single().Value;
        await Assert.That(seen.RootElement.GetProperty("Self").GetProperty("DNSName").GetString()).IsEqualTo("one.lab.test.");
        await Assert.That(peer.GetProperty("DNSName").GetString()).IsEqualTo("two.lab.test.");
        await Assert.That(peer.GetProperty("TailscaleIPs").EnumerateArray().Select(address => address.GetString()!)).IsEquivalentTo(["100.64.0.2", "fd7a:115c:a1e0::2"]);
        await Assert.That(peer.GetProperty("Relay").GetString()).IsEqualTo("edge");
        await Assert.That(peer.GetProperty("Online").GetBoolean()).IsTrue();
        await Assert.That(await b.Run("whois", "100.64.0.1")).Contains("alice");
        // An empty list: the daemon has nothing to say against its control server.
        await Assert.That(Health(seen)).IsEmpty();

        using var known = JsonDocument.Parse(await lab.A.Run("curl", "-sf", $"{server}/lab/nodes"));
        var two = known.RootElement.GetProperty("two");
        await Assert.That(two.GetProperty("HomeDERP").GetInt32()).IsEqualTo(900);
        // One that may not take a direct path tells no endpoints.
        await Assert.That(isRelayed || two.GetProperty("Endpoints").EnumerateArray().Any(endpoint => endpoint.GetString()!.StartsWith("10.9.0.2:", StringComparison.Ordinal))).IsTrue();

        // A daemon that keeps no state and came by a key asks to be forgotten when it goes.
        await b.Run("logout");
        await Tools.Until(async () => !(await a.Run("status")).Contains("two", StringComparison.Ordinal), "the peer is gone");
    }

    [Test]
    public async Task A_person_lets_a_tailscaled_in_and_it_comes_back_under_another_name()
    {
        Tools.Require("curl");
        await using var lab = await Lab.Create();
        var server = await Start(lab);
        var node = await StockNode.Start(lab.B, isRelayed: false);
        var joining = node.Begin(StockNode.Up(server, "--hostname=three"));
        await joining.Printed("/login/");
        await lab.B.Run("curl", "-sf", LoginPattern().Match(joining.Output).Value);
        await joining.Printed("Success");
        await Tools.Until(async () => (await node.Run("status")).Contains("100.64.0.1", StringComparison.Ordinal), "the node's own line");
        // Another node key, the same machine.
        await node.Run("logout");
        await node.Run(StockNode.Up(server, $"--auth-key={LabTailnet.Key}", "--hostname=four"));
        await Assert.That((await node.Run("ip", "-4")).Trim()).IsEqualTo("100.64.0.1");
    }

    private static async Task<string> Start(Lab lab)
    {
        Tools.Require("curl");
        Tools.Peer("tailscaled");
        return (await LabTailnet.Start(lab, "--visitor", "alice")).Url;
    }

    private static IEnumerable<string> Health(JsonDocument status) =>
        status.RootElement.GetProperty("Health") is { ValueKind: JsonValueKind.Array } health ? health.EnumerateArray().Select(text => text.GetString()!) : [];

    [GeneratedRegex(@"http://\S+/login/\S+")]
    private static partial Regex LoginPattern();
}
