using System.Text.Json.Nodes;
using Edge.Lab.Control;
using Edge.Node.Tailnet.PeerApi;
using Edge.Tests.Orb;

namespace Edge.Tests.Node.Tailnet.Pings;

/// <summary>A control server pings nodes that joined it over the real protocol; two nodes ping each other.</summary>
public sealed class LabPingTests
{
    [Test]
    public async Task The_servers_pings_are_answered_through_the_channel()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var control = await LabControl.Start();
        await using var node = TailnetRun.Start(control, "pinged");
        var known = await TailnetRun.Known(control, "pinged", static node => node.Host.Contains("peerapi4", StringComparison.Ordinal), limit.Token);
        await control.Tailnet.Until(state => state.Find("pinged")!.IsOnline, limit.Token);

        // The authority is the server's own affair: the way there is the channel.
        control.Say(known.Id, Ping("https://elsewhere.example/machine/ping?id=1", ""));
        await control.Asked(static request => request.Target == "HEAD /machine/ping?id=1" && !request.Machine.Key.IsZero, limit.Token);
        control.Say(known.Id, Ping("https://elsewhere.example/machine/c2n?id=2", "c2n", "GET /debug/goroutines HTTP/1.1\r\nHost: x\r\n\r\n"));
        await control.Asked(static request => request.Target == "POST /machine/c2n?id=2" && !request.Machine.Key.IsZero, limit.Token);
        control.Say(known.Id, Ping("https://elsewhere.example/machine/result?id=3", "disco", address: known.V4.ToString()));
        var result = await control.Asked(static request => request.Target == "POST /machine/result?id=3", limit.Token);
        await Assert.That(result.Body!.ToJsonString()).IsEqualTo($$"""{"Type":"disco","IP":"{{known.V4}}","Err":"{{known.V4}} is local Tailscale IP","IsLocalIP":true}""");
    }

    [Test]
    public async Task Nodes_find_each_others_interface_and_ping_by_it()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var control = await LabControl.Start();
        await using var a = TailnetRun.Start(control, "node-a");
        await using var b = TailnetRun.Start(control, "node-b");
        var there = await TailnetRun.Known(control, "node-b", static node => node.Host.Contains("peerapi6", StringComparison.Ordinal), limit.Token);
        var here = await TailnetRun.Known(control, "node-a", static node => node.Host.Contains("peerapi6", StringComparison.Ordinal), limit.Token);
        await a.Map(map => map.FindPeer(there.V4) is { } peer && peer.Host.Services.Count == 2, limit.Token);
        await b.Map(map => map.FindPeer(here.V4) is not null, limit.Token);
        foreach (var kind in new[] { "peerapi", "disco", "TSMP", "ICMP" })
        {
            control.Say(here.Id, Ping($"https://control.example/machine/{kind}", kind, address: there.V4.ToString()));
            var result = await control.Asked(request => request.Target == $"POST /machine/{kind}", limit.Token);
            await Assert.That(result.Body!["Err"]?.ToString() ?? "").IsEqualTo("").Because(a.Log.Text);
            await Assert.That((string)result.Body!["NodeName"]!).IsEqualTo("node-b");
            await Assert.That((double)result.Body!["LatencySeconds"]!).IsGreaterThan(0);
            if (kind is "peerapi" or "TSMP")
                await Assert.That((int)result.Body!["PeerAPIPort"]!).IsEqualTo(PeerApiServer.PortFor(there.V4, static _ => false));
        }
    }

    private static JsonObject Ping(string url, string types, string payload = "", string? address = null)
    {
        var ping = new JsonObject { ["URL"] = url, ["URLIsNoise"] = true, ["Log"] = true, ["Types"] = types };
        if (payload.Length > 0)
            ping["Payload"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(payload));
        if (address is not null)
            ping["IP"] = address;
        return new JsonObject { ["KeepAlive"] = true, ["PingRequest"] = ping };
    }
}
