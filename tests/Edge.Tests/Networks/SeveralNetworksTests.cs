using Edge.Io;
using Edge.Tests.Node.Tailnet;
using Edge.Tests.Orb;

namespace Edge.Tests.Networks;

/// <summary>One server in two tailnets and a network of plain WireGuard at once.</summary>
public sealed class SeveralNetworksTests
{
    [Test]
    public async Task Names_and_addresses_lead_to_the_right_one_of_two_tailnets_and_a_WireGuard_network()
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var one = await LabTailnet.Start(limit.Token);
        await using var two = await LabTailnet.Start(limit.Token);
        var (webOne, webTwo) = (await one.Serve("web-one"), await two.Serve("web-two"));
        foreach (var web in (OrbRun[])[webOne, webTwo])
            await TailnetLab.Map(TailnetLab.NodeOf(web), static map => map.Self.HomeRegion == 900, limit.Token);
        var (here, there) = (NetworkClient.Keys(), NetworkClient.Keys());
        var (portHere, portThere) = (NetworkClient.FreeUdpPort(), NetworkClient.FreeUdpPort());
        await using var office = await OrbRun.Start($$"""
            networks { {{WireGuard("10.7.0.2", there.Private, portThere, "10.7.0.1", here.Public, portHere)}} }
            servers { [":8080"] { handler = new Respond { body = "hello from the office" } } }
            """);
        await using var all = await OrbRun.Start($$"""
            networks {
              {{Tailnet("one", one)}}
              {{Tailnet("two", two)}}
              {{WireGuard("10.7.0.1", here.Private, portHere, "10.7.0.2", there.Public, portThere)}}
            }
            servers { [":8080"] { handler = new Respond { body = "hello from all" } } }
            """);
        var (inOne, inTwo) = (TailnetLab.NodeOf(all, "one"), TailnetLab.NodeOf(all, "two"));
        var first = (await TailnetLab.Map(inOne, static map => map.Peers.Count == 1, limit.Token)).Peers.Single().Value.Addresses[0].Address;
        var second = (await TailnetLab.Map(inTwo, static map => map.Peers.Count == 1, limit.Token)).Peers.Single().Value.Addresses[0].Address;
        foreach (var web in (OrbRun[])[webOne, webTwo])
            await TailnetLab.Map(TailnetLab.NodeOf(web), static map => map.Peers.Count == 1, limit.Token);

        await Assert.That(await TailnetLab.Fetch(all, "http://web-one/", limit.Token)).IsEqualTo("hello from web-one");
        await Assert.That(await TailnetLab.Fetch(all, "http://web-two/", limit.Token)).IsEqualTo("hello from web-two");
        await Assert.That(await TailnetLab.Fetch(all, "http://10.7.0.2/", limit.Token)).IsEqualTo("hello from the office");
        // Each of the three reaches it in return, by what it is called there.
        await Assert.That(await TailnetLab.Fetch(webOne, "http://all/", limit.Token)).IsEqualTo("hello from all");
        await Assert.That(await TailnetLab.Fetch(webTwo, "http://all/", limit.Token)).IsEqualTo("hello from all");
        await Assert.That(await TailnetLab.Fetch(office, "http://10.7.0.1/", limit.Token)).IsEqualTo("hello from all");
        // Both tailnets gave their first node the same address: that alone names neither.
        await Assert.That(first).IsEqualTo(second);
        await Assert.That(async () => await all.Server.Networks.Dial(first.ToString(), 80, limit.Token)).Throws<DialException>().WithMessageContaining("both claim it");
        await using var byNetwork = await all.Server.Networks.DiallerOf(inTwo).Dial(second.ToString(), 80, limit.Token);
        await byNetwork.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray(), limit.Token);
        await byNetwork.FlushAsync(limit.Token);
        await Assert.That(await OrbRun.ReadAll(byNetwork, limit.Token)).EndsWith("hello from web-two");
    }

    private static string Tailnet(string name, LabTailnet tailnet) => $$"""
        ["{{name}}"] { tailscale { direct = true; controlUrl = "{{tailnet.Control.Url}}"; authKey = "{{tailnet.AuthKey}}"; hostname = "all"; stateDir = "mem:" } }
        """;

    private static string WireGuard(string address, string key, int port, string peer, string peerKey, int peerPort) => $$"""
        ["office"] {
          wireguard {
            privateKey = "{{key}}"
            addresses { "{{address}}/24" }
            listenPort = {{port}}
            peers { new { publicKey = "{{peerKey}}"; allowedIps { "{{peer}}/32" }; endpoint = "127.0.0.1:{{peerPort}}" } }
          }
        }
        """;
}
