using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>
/// The published server as a node of a tailnet that others made: Headscale controls it, Tailscale's derper relays for it, and a stock node is one of
/// its peers. <c>PEERS</c> names the folder that has the programs.
/// </summary>
[Category(Published.Category)]
public sealed class TailnetTests
{
    private const long Gibibyte = 1L << 30;
    private const string Socks = "127.0.0.1:1055";

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Two_servers_and_a_stock_node_fetch_from_one_another(bool isRelayed)
    {
        await using var lab = await Lab.Create();
        var net = await Tailnet.Start(lab, isRelayed);
        var (a, b) = (await net.Serve(lab.A, "a"), await net.Serve(lab.B, "b"));
        var stock = await net.Stock(lab.B);
        await Fetches(lab.A, "http://b/hello.txt", "hello from b", "--socks5-hostname", Socks);
        await Fetches(lab.B, "http://a.lab.test/hello.txt", "hello from a", "--socks5-hostname", Socks);
        await Fetches(lab.A, "http://stock:8000/hello.txt", "hello from stock", "--socks5-hostname", Socks);
        // By its address: the stock node's proxy is told not to take names over.
        await Fetches(lab.B, $"http://{net.AddressOf(a)}/hello.txt", "hello from a", "--proxy", $"http://{stock.Proxy}");
        var ping = await lab.B.Try(stock.Tailscale, $"--socket={stock.Socket}", "ping", "--c", "5", "--until-direct=false", net.AddressOf(a));
        await Assert.That(ping.Output).Contains("pong from a (");
        await Assert.That(ping.Output.Contains("via DERP(edge)", StringComparison.Ordinal)).IsEqualTo(isRelayed).Because(ping.Output);
        await PingsTheStockNode(lab, isRelayed);
        await a.Printed($"the path to b.lab.test is {(isRelayed ? "by its relay edge" : $"direct, {lab.B.Address(isV4: true)}:")}");
        await Assert.That(await a.End()).IsEqualTo(0);
        await Assert.That(await b.End()).IsEqualTo(0);
    }

    [Test]
    public async Task A_gibibyte_is_intact_both_ways_between_two_servers_and_with_a_stock_node()
    {
        await using var lab = await Lab.Create();
        var net = await Tailnet.Start(lab, isRelayed: false);
        var (a, _) = (await net.Serve(lab.A, "a"), await net.Serve(lab.B, "b"));
        var stock = await net.Stock(lab.B);
        var hash = await Transfer.WriteNoise(Path.Combine(lab.Folder, "noise"), Gibibyte);
        await a.Printed("the home relay is");
        await Fetches(lab.A, "http://b/hello.txt", "hello from b", "--socks5-hostname", Socks);
        await Assert.That(await HashOf(lab.A, $"--socks5-hostname {Socks} http://b/noise")).IsEqualTo(hash);
        await Assert.That(Tools.ResidentKiB(a.Id)).IsLessThanOrEqualTo(60 * 1024);
        await Assert.That(await HashOf(lab.B, $"--socks5-hostname {Socks} http://a/noise")).IsEqualTo(hash);
        await Assert.That(await HashOf(lab.A, $"--socks5-hostname {Socks} http://stock:8000/noise")).IsEqualTo(hash);
        await Assert.That(await HashOf(lab.B, $"--proxy http://{stock.Proxy} http://{net.AddressOf(a)}/noise")).IsEqualTo(hash);
        await Assert.That(await a.End()).IsEqualTo(0);
    }

    [Test]
    public async Task A_gibibyte_is_intact_both_ways_by_the_relay()
    {
        await using var lab = await Lab.Create();
        var net = await Tailnet.Start(lab, isRelayed: true);
        var (a, _) = (await net.Serve(lab.A, "a"), await net.Serve(lab.B, "b"));
        var hash = await Transfer.WriteNoise(Path.Combine(lab.Folder, "noise"), Gibibyte);
        await a.Printed("connected to the relay");
        await Fetches(lab.A, "http://b/hello.txt", "hello from b", "--socks5-hostname", Socks);
        await Assert.That(await HashOf(lab.A, $"--socks5-hostname {Socks} http://b/noise")).IsEqualTo(hash);
        await Assert.That(await HashOf(lab.B, $"--socks5-hostname {Socks} http://a/noise")).IsEqualTo(hash);
        await a.Printed("by its relay edge");
    }

    [Test]
    public async Task A_page_is_fetched_by_a_node_that_comes_for_it_alone()
    {
        await using var lab = await Lab.Create();
        var net = await Tailnet.Start(lab, isRelayed: false);
        var b = await net.Serve(lab.B, "b");
        await b.Printed("the home relay is");
        var fetch = await lab.A.Try("env", $"TS_AUTHKEY={net.Key}", Published.Plain(), "fetch", "http://b/hello.txt", "--control-url", net.Url, "--hostname", "visitor", "-v");
        await Assert.That(fetch.Output).IsEqualTo("hello from b").Because(fetch.Error);
        await Assert.That(fetch.ExitCode).IsEqualTo(0);
        await Assert.That(fetch.Error).Contains("* path: ");
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task A_server_and_a_node_on_tsnet_fetch_from_one_another(bool isRelayed)
    {
        Tools.Peer("tshello");
        await using var lab = await Lab.Create();
        var net = await Tailnet.Start(lab, isRelayed);
        var a = await net.Serve(lab.A, "a");
        var tsnet = await net.Tsnet(lab.B, "tsnet");
        await Tools.Until(
            async () => (await lab.A.Try("curl", "-sSf", "--max-time", "20", "--socks5-hostname", Socks, "http://tsnet/")).Output is var greeting
                && greeting.Contains("hello, ", StringComparison.Ordinal) && greeting.Contains(" on a (", StringComparison.Ordinal), "a is greeted by its name");
        const int Length = 32 << 20;
        await Assert.That(await lab.A.Run("curl", "-sSf", "--max-time", "100", "--socks5-hostname", Socks, "-o", "/dev/null", "-w", "%{size_download}", $"http://tsnet/bytes?n={Length}")).IsEqualTo($"{Length}");
        var noise = Path.Combine(lab.Folder, "noise");
        var hash = await Transfer.WriteNoise(noise, Length);
        await Assert.That(await lab.A.Run("curl", "-sSf", "--max-time", "100", "--socks5-hostname", Socks, "--data-binary", $"@{noise}", "http://tsnet/sink")).Contains($"{Length} <nil>");
        // Each kind of ping to it, and its own connections to us.
        foreach (var (kind, said) in ((string, string)[])[("--until-direct=false", isRelayed ? "via DERP(edge) in" : "pong from tsnet"), ("--tsmp", "via TSMP in"), ("--icmp", "via ICMP in")])
            await Assert.That(await Ask(lab.A, "a", "ping", "tsnet", "-c", "1", kind, "--timeout", "60")).Contains(said);
        await Assert.That(await lab.B.Run("sha256sum", await net.FetchByTsnet(lab.B, "visitor", "http://a/noise"))).StartsWith(hash);
        await a.Printed($"the path to tsnet.lab.test is {(isRelayed ? "by its relay edge" : $"direct, {lab.B.Address(isV4: true)}:")}");
        await Assert.That(tsnet.IsRunning).IsTrue();
        await Assert.That(await a.End()).IsEqualTo(0);
    }

    /// <summary>`edge ping` and `edge netcheck` on both sides, of which the one may be unable to send datagrams.</summary>
    private static async Task PingsTheStockNode(Lab lab, bool isRelayed)
    {
        var way = await Ask(lab.A, "a", isRelayed ? ["ping", "stock", "-c", "1", "--until-direct=false", "--timeout", "60"] : ["ping", "stock", "-c", "0"]);
        // Whichever family answers sooner.
        string[] ways = isRelayed ? ["via DERP(edge) in"] : [$"via {lab.B.Address(isV4: true)}:", $"via [{lab.B.Address(isV4: false)}]:"];
        await Assert.That(ways.Any(one => way.Contains(one, StringComparison.Ordinal))).IsTrue().Because(way);
        await Assert.That(await Ask(lab.A, "a", "ping", "stock", "--tsmp", "--timeout", "60")).Contains("via TSMP in");
        await Assert.That(await Ask(lab.A, "a", "ping", "stock", "--icmp", "--timeout", "60")).Contains("via ICMP in");
        await Assert.That(await Ask(lab.A, "a", "ping", "stock", "--peerapi", "--timeout", "60")).Contains("hit peerapi of");
        await Assert.That(await Ask(lab.A, "a", "netcheck")).Contains("* UDP: true").And.Contains($"* IPv4: yes, {lab.A.Address(isV4: true)}:").And.Contains("* NAT: none").And.Contains("* Nearest DERP: edge");
        await Assert.That(await Ask(lab.B, "b", "netcheck")).Contains(isRelayed ? "* UDP: false" : "* UDP: true").And.Contains("- edge: ");
    }

    private static Task<string> Ask(Side side, string name, params string[] command) => side.Run(["env", $"TS_STATE_DIR={side.Lab.Folder}/{name}", Published.Plain(), .. command]);

    private static Task Fetches(Side side, string url, string body, params string[] options) => Tools.Until(
        async () => await side.Try(["curl", "-sSf", "--max-time", "20", .. options, url]) is { ExitCode: 0 } curl && curl.Output == body, $"{side.Name} fetches {url}");

    private static async Task<string> HashOf(Side side, string arguments)
    {
        // A curl that fails half-way must not pass for a wrong hash.
        var output = await side.Run("sh", "-c", $"set -e; curl -sSf --max-time 115 -o {side.Lab.Folder}/fetched-{side.Name} {arguments}; sha256sum {side.Lab.Folder}/fetched-{side.Name}");
        return output.Split(' ')[0];
    }
}
