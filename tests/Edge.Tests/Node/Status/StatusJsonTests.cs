using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Node.Status;
using Edge.Node.Tailnet;
using Edge.Protocols.Disco;

namespace Edge.Tests.Node.Status;

/// <summary>Status and who-is, beside what a real daemon answered of the same nodes.</summary>
public sealed class StatusJsonTests
{
    private static readonly UtcTime s_now = UtcTime.OfUnixSeconds(1_800_000_000);

    [Test]
    [Arguments("whois: peer by address")]
    [Arguments("whois: peer by v6 address")]
    [Arguments("whois: peer by address and port")]
    [Arguments("whois: tagged peer")]
    [Arguments("whois: this node")]
    [Arguments("whois: v6 with port")]
    [Arguments("whois: udp, with port")]
    public async Task Who_is_answers_as_the_daemon_did(string name)
    {
        var map = RecordedLocalApi.Map();
        var asked = System.Web.HttpUtility.ParseQueryString(new Uri("http://x" + RecordedLocalApi.RequestOf(name)).Query)["addr"]!;
        await Assert.That(LocalApi.TryReadAddress(asked, out var address)).IsTrue();
        var node = map.FindNode(address)!;
        var ours = Written(json => WhoIsJson.Write(json, map, node, map.FindUser(node.User)!));
        await Assert.That(JsonNode.DeepEquals(ours, RecordedLocalApi.Answer(name))).IsTrue().Because(ours.ToJsonString());
    }

    [Test]
    [Arguments("zzz")]
    [Arguments("100.64.0.2:")]
    [Arguments("100.64.0.2:70000")]
    [Arguments("100.64.0:80")]
    [Arguments("[100.64.0.2]:80")]
    [Arguments("[fd7a:115c:a1e0::2]")]
    [Arguments("")]
    public async Task What_is_no_address_is_refused(string text) => await Assert.That(LocalApi.TryReadAddress(text, out _)).IsFalse();

    [Test]
    public async Task Who_is_tells_what_the_policy_lets_a_peer_ask_for()
    {
        var builder = new NetworkMapBuilder(RecordedLocalApi.Map())
        {
            Filter =
            [
                new FilterRule { Sources = [AddressRange.AllV4], Grants = [new FilterGrant(Prefix("100.64.0.1/32"), "example.com/cap/app", ["{\"role\":\"admin\"}"], true), new FilterGrant(Prefix("100.64.0.1/32"), "example.com/cap/plain", default, false)] },
                new FilterRule { Sources = [AddressRange.Of(Prefix("100.64.0.3/32"))], Grants = [new FilterGrant(Prefix("100.64.0.1/32"), "example.com/cap/other", default, true)] },
            ],
        };
        var map = builder.ToMap();
        var node = map.FindNode(Prefix("100.64.0.2/32").Address)!;
        var granted = Written(json => WhoIsJson.Write(json, map, node, map.FindUser(node.User)!))["CapMap"]!;
        await Assert.That(granted.ToJsonString()).IsEqualTo("""{"example.com/cap/app":[{"role":"admin"}],"example.com/cap/plain":null}""");
    }

    /// <summary>All fields but those of the daemon's own life: its version, PeerAPI, Taildrop, and what it had learnt over its sockets.</summary>
    [Test]
    public async Task Status_tells_of_each_node_what_the_daemon_did()
    {
        var map = RecordedLocalApi.Map();
        var theirs = RecordedLocalApi.Answer("status");
        var ours = Written(json => StatusJson.Write(json, Status(map, map.Peers.Select(static peer => Idle(peer.Value))), "1.2.3", s_now, hasPeers: true));
        foreach (var name in new[] { "TUN", "BackendState", "HaveNodeKey", "AuthURL", "TailscaleIPs", "MagicDNSSuffix", "CurrentTailnet", "CertDomains", "User", "ClientVersion" })
            await Assert.That(JsonNode.DeepEquals(ours[name], theirs[name])).IsTrue().Because($"{name}: {ours[name]?.ToJsonString()} {theirs[name]?.ToJsonString()}");
        await AssertSame(ours["Self"]!, theirs["Self"]!, "PeerAPIURL", "Capabilities", "Addrs");
        await Assert.That(ours["Peer"]!.AsObject().Select(static peer => peer.Key)).IsEquivalentTo(map.Peers.Select(static peer => peer.Value.Key.ToString()));
        foreach (var (key, peer) in ours["Peer"]!.AsObject())
            await AssertSame(peer!, theirs["Peer"]![key]!, "RxBytes", "TxBytes", "LastWrite", "LastHandshake", "TaildropTarget", "InEngine", "Addrs");
        // Every field that the daemon has for all is there, in its order.
        await Assert.That(ours.AsObject().Select(static field => field.Key).Take(14)).IsEquivalentTo(theirs.AsObject().Select(static field => field.Key));
    }

    [Test]
    public async Task A_path_is_told_as_the_daemon_tells_it()
    {
        var map = RecordedLocalApi.Map();
        var (desk, server) = (map.FindPeer(new NodeId(2))!, map.FindPeer(new NodeId(3))!);
        List<TailnetPeerStatus> peers =
        [
            new(desk, PathKind.Direct, PathState.Direct, new Endpoint(IpAddress.V4(0xc000_0209), 41641), TimeSpan.FromMilliseconds(3), TimeSpan.FromSeconds(30), 372, 316),
            new(server, PathKind.Relay, PathState.RelayOnly, null, null, TimeSpan.FromMinutes(4), 0, 148),
        ];
        var status = Status(map, peers) with { Standing = new(TailnetState.Running, "the network map of x failed: y", null, false), IsCached = true, Health = ["sick"] };
        var ours = Written(json => StatusJson.Write(json, status, "1.2.3", s_now, hasPeers: true));
        var (first, second) = (ours["Peer"]![desk.Key.ToString()]!, ours["Peer"]![server.Key.ToString()]!);
        await Assert.That($"{first["CurAddr"]} {first["Relay"]} {first["RxBytes"]} {first["TxBytes"]} {first["Active"]} {first["LastHandshake"]}").IsEqualTo("192.0.2.9:41641 hub 372 316 true 2027-01-15T07:59:30Z");
        await Assert.That($"{second["CurAddr"]} {second["Relay"]} {second["TxBytes"]} {second["Active"]}").IsEqualTo(" hub 148 false");
        await Assert.That(ours["Health"]!.ToJsonString()).IsEqualTo("""["sick","the network map of x failed: y"]""");
        await Assert.That((bool)ours["Self"]!["Online"]!).IsFalse();
    }

    [Test]
    public async Task Before_there_is_a_netmap_it_says_what_is_waited_for()
    {
        var status = new TailnetStatus("corp", "https://control.test", new(TailnetState.NeedsLogin, "somebody must let it in", "https://control.test/a/1", false), false, null, null, 1234, default, [], []);
        var ours = Written(json => StatusJson.Write(json, status, "1.2.3", s_now, hasPeers: true));
        await Assert.That($"{ours["BackendState"]} {ours["AuthURL"]} {ours["Reason"]}").IsEqualTo("NeedsLogin https://control.test/a/1 somebody must let it in");
        foreach (var name in new[] { "TailscaleIPs", "CurrentTailnet", "Peer", "User" })
            await Assert.That(ours[name]).IsNull();
        await Assert.That(ours["Self"]).IsNotNull();
    }

    private static async Task AssertSame(JsonNode ours, JsonNode theirs, params string[] except)
    {
        var names = ours.AsObject().Select(static field => field.Key).Union(theirs.AsObject().Select(static field => field.Key)).Except(except);
        foreach (var name in names)
            await Assert.That(JsonNode.DeepEquals(ours[name], theirs[name])).IsTrue().Because($"{theirs["HostName"]}.{name}: {ours[name]?.ToJsonString()} {theirs[name]?.ToJsonString()}");
    }

    private static TailnetStatus Status(NetworkMap map, IEnumerable<TailnetPeerStatus> peers) => new(
        "corp", "https://control.test", new(TailnetState.Running, null, null, false), false, map, map.Relays.Find(900), 41641, default, [.. peers], []);

    private static TailnetPeerStatus Idle(TailnetNode node) => new(node, PathKind.None, PathState.Unknown, null, null, null, 0, 0);

    private static IpPrefix Prefix(string text) => IpPrefix.TryParse(text, out var prefix) ? prefix : throw new InvalidDataException(text);

    private static JsonNode Written(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
            write(json);
        return JsonNode.Parse(bytes.WrittenSpan)!;
    }
}
