using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>The published server in networks of plain WireGuard, between namespaces that nothing else joins inside.</summary>
[Category(Published.Category)]
public sealed class OrbNetworkTests
{
    private const long Gibibyte = 1L << 30;

    [Test]
    public async Task Two_servers_joined_by_WireGuard_only_serve_files_and_a_third_through_the_tunnel()
    {
        Tools.Require("wg", "curl");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        Directory.CreateDirectory(Path.Combine(lab.Folder, "files"));
        await File.WriteAllTextAsync(Path.Combine(lab.Folder, "files", "hello.txt"), "hello from b");
        await OrbSide.Start(lab.B, """servers { ["127.0.0.1:9000"] { handler = new Respond { body = "the third" } } }""", Published.Plain());
        await OrbSide.Start(lab.B, $$"""
            networks { {{OrbSide.Network(lab.B, keys, otherPort: null)}} }
            servers { ["b"] {
              routes { new { match = "/third/**"; handler = new ReverseProxy { upstreams { "127.0.0.1:9000" } } } }
              handler = new StaticFiles { root = "./files" }
            } }
            """, Published.Plain());
        var a = await OrbSide.Start(lab.A, $$"""
            networks { {{OrbSide.Network(lab.A, keys)}} }
            servers { [":8080"] { handler = new ReverseProxy { upstreams { "{{lab.B.InnerAddress(true)}}:80"; "[{{lab.B.InnerAddress(false)}}]:80" } } } }
            """, Published.Plain());
        for (var i = 0; i < 4; i++)
        {
            await Assert.That(await Curl(lab.A, "http://127.0.0.1:8080/hello.txt")).IsEqualTo("hello from b");
            await Assert.That(await Curl(lab.A, "http://127.0.0.1:8080/third/x")).IsEqualTo("the third");
        }
        await a.Process.Printed("handshake with the peer");
        await Assert.That(await a.Process.End()).IsEqualTo(0);
    }

    [Test]
    public async Task A_gibibyte_is_intact_both_ways_with_a_kernel_behind_wireguard_go()
    {
        Tools.Require("wg", "curl", "wireguard-go");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        var hash = await Transfer.WriteNoise(Path.Combine(lab.Folder, "noise"), Gibibyte);
        await WireGuardGoSide.Start(lab.B, keys, new SideOptions());
        await OrbSide.Start(lab.B, """servers { [":9000"] { handler = new StaticFiles { root = "." } } }""", Published.Plain());
        var a = await OrbSide.Start(lab.A, $$"""
            networks { {{OrbSide.Network(lab.A, keys)}} }
            servers { ["127.0.0.1:8080"] {
              routes { new { match = "/own/**"; middleware { new Rewrite { stripPrefix = "/own" } }; handler = new StaticFiles { root = "." } } }
              handler = new ReverseProxy { upstreams { "{{lab.B.InnerAddress(true)}}:9000" }; timeout = 60.s }
            } }
            """, Published.Plain());
        // In: the far kernel sends, our netstack receives. Out: the other way round.
        await Assert.That(await HashOf(lab.A, "http://127.0.0.1:8080/noise")).IsEqualTo(hash);
        await Assert.That(await HashOf(lab.B, $"http://{lab.A.InnerAddress(true)}/own/noise")).IsEqualTo(hash);
        await Assert.That(await HashOf(lab.B, $"http://[{lab.A.InnerAddress(false)}]/own/noise")).IsEqualTo(hash);
        await Assert.That(a.ResidentKiB()).IsLessThanOrEqualTo(60 * 1024);
        await Assert.That(await a.Process.End()).IsEqualTo(0);
    }

    [Test]
    public async Task Curl_reaches_the_tunnel_through_SOCKS5_and_CONNECT()
    {
        Tools.Require("wg", "curl");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        await OrbSide.Start(lab.B, $$"""
            networks { {{OrbSide.Network(lab.B, keys, otherPort: null)}} }
            servers { ["b"] { handler = new Respond { body = "from b" } } }
            """, Published.Plain());
        await OrbSide.Start(lab.A, $$"""
            networks { {{OrbSide.Network(lab.A, keys, tunnel: "socks5 = \"127.0.0.1:1055\"; httpProxy = \"127.0.0.1:1056\"")}} }
            servers { [":8080"] { handler = 404 } }
            """, Published.Plain());
        var url = $"http://{lab.B.InnerAddress(true)}/";
        await Assert.That(await Curl(lab.A, url, "--socks5-hostname", "127.0.0.1:1055")).IsEqualTo("from b");
        await Assert.That(await Curl(lab.A, url, "--proxytunnel", "--proxy", "http://127.0.0.1:1056")).IsEqualTo("from b");
        await Assert.That(await Curl(lab.A, $"http://[{lab.B.InnerAddress(false)}]/", "--socks5-hostname", "127.0.0.1:1055")).IsEqualTo("from b");
        // Not into the host's own network.
        var outside = await lab.A.Try("curl", "-sS", "--max-time", "20", "--socks5-hostname", "127.0.0.1:1055", $"http://{lab.B.Address(true)}/");
        await Assert.That(outside.ExitCode).IsNotEqualTo(0);
    }

    [Test]
    public async Task Two_networks_with_the_same_addresses_are_kept_apart()
    {
        Tools.Require("wg", "curl");
        await using var lab = await Lab.Create();
        var (one, two) = (await TunnelKeys.Make(), await TunnelKeys.Make());
        await OrbSide.Start(lab.B, $$"""
            networks { {{OrbSide.Network(lab.B, one, port: 51_821, otherPort: 51_823)}} }
            servers { ["b"] { handler = new Respond { body = "one" } } }
            """, Published.Plain());
        await OrbSide.Start(lab.B, $$"""
            networks { {{OrbSide.Network(lab.B, two, port: 51_822, otherPort: 51_824)}} }
            servers { ["b"] { handler = new Respond { body = "two" } } }
            """, Published.Plain());
        await OrbSide.Start(lab.A, $$"""
            networks {
              {{OrbSide.Network(lab.A, one, "one", 51_823, 51_821)}}
              {{OrbSide.Network(lab.A, two, "two", 51_824, 51_822)}}
            }
            servers { [":8080"] {
              routes {
                new { match = "/one"; handler = new ReverseProxy { network = "one"; upstreams { "{{lab.B.InnerAddress(true)}}:80" } } }
                new { match = "/two"; handler = new ReverseProxy { network = "two"; upstreams { "{{lab.B.InnerAddress(true)}}:80" } } }
              }
              handler = 404
            } }
            """, Published.Plain());
        for (var i = 0; i < 3; i++)
        {
            await Assert.That(await Curl(lab.A, "http://127.0.0.1:8080/one")).IsEqualTo("one");
            await Assert.That(await Curl(lab.A, "http://127.0.0.1:8080/two")).IsEqualTo("two");
        }
    }

    private static Task<string> Curl(Side side, string url, params string[] options) =>
        side.Run(["curl", "-sSf", "--max-time", "60", .. options, url]);

    private static async Task<string> HashOf(Side side, string url)
    {
        var output = await side.Run("sh", "-c", $"set -e; curl -sSf --max-time 110 '{url}' | sha256sum");
        return output.Split(' ')[0];
    }
}
