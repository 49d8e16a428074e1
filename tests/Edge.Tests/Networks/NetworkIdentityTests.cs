using System.Collections.Concurrent;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Orb;
using Edge.Tests.Orb;
using Edge.Tests.Orb.Middlewares;

namespace Edge.Tests.Networks;

/// <summary>Who a caller from a tunnel is, by a netmap that the test writes; the headers are Tailscale Serve's.</summary>
public sealed class NetworkIdentityTests
{
    private static readonly (string Private, string Public) s_server = NetworkClient.Keys();
    private static readonly (string Private, string Public) s_client = NetworkClient.Keys();

    [Test]
    public async Task Each_request_is_its_nodes_user_of_that_moment()
    {
        var port = NetworkClient.FreeUdpPort();
        await using var upstream = Echo.Start();
        var maps = new ConcurrentDictionary<string, NetworkMap>();
        await using var orb = await Serve(maps, $"networks {{ {Network("corp", port)} }} {Echo.Around("new TailscaleAuth {}", Echo.Handler(upstream))}");
        await using var client = await NetworkClient.Start(s_client.Private, "10.7.0.2", s_server.Public, port, "10.7.0.1/32", orb.Log);
        using var http = client.Http("http://10.7.0.1");
        http.DefaultRequestHeaders.Add("Tailscale-User-Login", "mallory@example.com");

        await Assert.That(await http.GetStringAsync("/")).DoesNotContain("Tailscale-");
        maps["corp"] = Map(Peer("10.7.0.2"));
        var head = await http.GetStringAsync("/");
        await Assert.That(head).Contains("Tailscale-User-Login: zoe@example.com\r\n").And.Contains("Tailscale-User-Name: =?utf-8?q?Zo=C3=AB?=\r\n")
            .And.Contains("Tailscale-User-Profile-Pic: https://pics.example.com/zoe\r\n").And.Contains("Tailscale-Headers-Info: https://tailscale.com/s/serve-headers\r\n");
        await Assert.That(head).DoesNotContain("mallory");
        maps["corp"] = Map(Peer("10.7.0.2") with { Tags = ["tag:ci"] });
        await Assert.That(await http.GetStringAsync("/")).DoesNotContain("Tailscale-");
        maps["corp"] = Map(Peer("10.7.0.3"));
        await Assert.That(await http.GetStringAsync("/")).DoesNotContain("Tailscale-");
        maps["corp"] = Map(Peer("10.7.0.2") with { User = new UserId(99) });
        await Assert.That(await http.GetStringAsync("/")).DoesNotContain("Tailscale-");
        // What comes by the host's own network is nobody, whatever its address.
        maps["corp"] = Map(Peer("127.0.0.1"));
        await Assert.That(await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).StartsWith("HTTP/1.1 200 ").And.DoesNotContain("Tailscale-");
    }

    [Test]
    [Arguments("zoe@example.com", false, 200)]
    [Arguments("*@example.com", false, 200)]
    [Arguments("tag:ci", false, 403)]
    [Arguments("tag:ci", true, 200)]
    [Arguments("zoe@example.com", true, 403)]
    public async Task The_list_decides_and_a_machine_with_tags_is_not_its_owner(string allowed, bool isTagged, int status)
    {
        var port = NetworkClient.FreeUdpPort();
        var maps = new ConcurrentDictionary<string, NetworkMap> { ["corp"] = Map(isTagged ? Peer("10.7.0.2") with { Tags = ["tag:ci", "tag:web"] } : Peer("10.7.0.2")) };
        await using var orb = await Serve(maps, $$"""networks { {{Network("corp", port)}} } {{Echo.Around($$"""new TailscaleAuth { allow { "{{allowed}}" } }""", "handler = 200")}}""");
        await using var client = await NetworkClient.Start(s_client.Private, "10.7.0.2", s_server.Public, port, "10.7.0.1/32", orb.Log);
        using var http = client.Http("http://10.7.0.1");
        await Assert.That((int)(await http.GetAsync("/")).StatusCode).IsEqualTo(status);
        using var outside = orb.Client();
        await Assert.That((int)(await outside.GetAsync("/")).StatusCode).IsEqualTo(403);
    }

    /// <summary>The same address is another node in another network.</summary>
    [Test]
    public async Task A_caller_is_looked_up_in_the_network_that_it_comes_from()
    {
        var (one, two) = (NetworkClient.FreeUdpPort(), NetworkClient.FreeUdpPort());
        var maps = new ConcurrentDictionary<string, NetworkMap> { ["one"] = Map(Peer("10.7.0.2")), ["two"] = Map(Peer("10.7.0.2") with { User = new UserId(8) }) };
        await using var upstream = Echo.Start();
        await using var orb = await Serve(maps, $"networks {{ {Network("one", one)} {Network("two", two)} }} {Echo.Around("new TailscaleAuth {}", Echo.Handler(upstream))}");
        foreach (var (port, login) in new[] { (one, "zoe"), (two, "max") })
        {
            await using var client = await NetworkClient.Start(s_client.Private, "10.7.0.2", s_server.Public, port, "10.7.0.1/32", orb.Log);
            using var http = client.Http("http://10.7.0.1");
            await Assert.That(await http.GetStringAsync("/")).Contains($"Tailscale-User-Login: {login}@example.com\r\n");
        }
    }

    [Test]
    public async Task This_node_is_somebody_too_and_a_subnet_behind_a_peer_is_not()
    {
        var map = Map(Peer("10.7.0.2") with { AllowedIps = [Prefix("10.7.0.2"), Prefix("192.168.0.0/16")] });
        await Assert.That(NetworkIdentities.Of(map, Prefix("10.7.0.1").Address)!.Login).IsEqualTo("max@example.com");
        await Assert.That(NetworkIdentities.Of(map, Prefix("10.7.0.2").Address)!.Login).IsEqualTo("zoe@example.com");
        await Assert.That(NetworkIdentities.Of(map, Prefix("192.168.0.1").Address)).IsNull();
    }

    private static Task<OrbRun> Serve(ConcurrentDictionary<string, NetworkMap> maps, string configuration) =>
        OrbRun.Start(configuration, change: options => options with { Identities = new NetworkIdentities(maps.GetValueOrDefault) });

    private static string Network(string name, int port) => $$"""
        ["{{name}}"] {
          wireguard {
            privateKey = "{{s_server.Private}}"
            addresses { "10.7.0.1/32" }
            listenPort = {{port}}
            peers { new { publicKey = "{{s_client.Public}}"; allowedIps { "10.7.0.2/32" } } }
          }
          tunnel { bridgeOutbound = false }
        }
        """;

    private static NetworkMap Map(TailnetNode peer)
    {
        var builder = new NetworkMapBuilder();
        builder.Self = new TailnetNode { Id = new NodeId(1), User = new UserId(8), Addresses = [Prefix("10.7.0.1")] };
        builder.SetPeer(peer);
        builder.SetUser(new UserProfile(new UserId(7), "zoe@example.com", "Zoë", "https://pics.example.com/zoe"));
        builder.SetUser(new UserProfile(new UserId(8), "max@example.com", "Max", null));
        return builder.ToMap();
    }

    private static TailnetNode Peer(string address) => new() { Id = new NodeId(2), Name = "desk.tail.test.", User = new UserId(7), Addresses = [Prefix(address)] };

    private static IpPrefix Prefix(string text) => IpPrefix.TryParse(text, out var prefix) ? prefix : throw new InvalidDataException(text);
}
