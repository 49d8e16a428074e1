using System.Net;
using System.Net.Sockets;
using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>
/// Nodes of a tailnet that are interfaces of their hosts: other programs of the host reach the tailnet, and are reached. Each host is a namespace with
/// a kernel's own TCP, ping and routes.
/// </summary>
[Category(Published.Category)]
public sealed class TailnetTunTests
{
    private const string A4 = "100.64.0.1", B4 = "100.64.0.2", A6 = "fd7a:115c:a1e0::1", B6 = "fd7a:115c:a1e0::2";

    // The kernel's number for the rule of an interface.
    private const string Rule = "5280:";

    [Test]
    public async Task Programs_of_two_hosts_and_the_servers_reach_one_another_and_nothing_is_left_behind()
    {
        Tools.Require("curl", "ping", "python3");
        await using var lab = await Lab.Create();
        var net = await LabTailnet.Start(lab);
        var a = await net.Serve(lab.A, "a");
        var b = await net.Serve(lab.B, "b");
        // From a kernel to a server's netstack.
        await Fetches(lab.A, $"http://{B4}/", "hello from b");
        await Fetches(lab.B, $"http://{A4}/", "hello from a");
        await Fetches(lab.A, $"http://[{B6}]/", "hello from b");
        // From kernel to kernel.
        await lab.A.Reaches(B4);
        await lab.B.Reaches(A6);
        await ServeFile(lab.B, "0.0.0.0", 8000, "hello from the kernel of b");
        await Fetches(lab.A, $"http://{B4}:8000/hello.txt", "hello from the kernel of b");
        // A name, asked of the address that is the same on each node.
        await Assert.That(lab.A.Inside(() => Ask(IPAddress.Parse("100.100.100.100"), "b.lab.test"))).IsEqualTo(IPAddress.Parse(B4));
        await Assert.That(lab.B.Inside(() => Ask(IPAddress.Parse("fd7a:115c:a1e0::53"), "a.lab.test"))).IsEqualTo(IPAddress.Parse(A4));
        await Assert.That(await lab.A.Ip("rule")).Contains(Rule);
        await a.Printed("the path to b.lab.test is direct, ");

        await Assert.That(await a.End()).IsEqualTo(0);
        await Assert.That((await lab.A.Try("ip", "link", "show", "edge0")).ExitCode).IsNotEqualTo(0);
        await Assert.That(await lab.A.Ip("rule")).DoesNotContain(Rule);
        await Assert.That(await lab.A.Ip("-6", "rule")).DoesNotContain(Rule);
        await Assert.That(await b.End()).IsEqualTo(0);
    }

    [Test]
    public async Task The_interface_follows_the_netmap_and_the_policy_is_enforced()
    {
        Tools.Require("curl", "ping", "python3");
        await using var lab = await Lab.Create();
        var net = await LabTailnet.Start(lab);
        await net.Serve(lab.A, "a");
        await net.Serve(lab.B, "b");
        await ServeFile(lab.B, "0.0.0.0", 8000, "hello from the kernel of b");
        await Fetches(lab.A, $"http://{B4}:8000/hello.txt", "hello from the kernel of b");

        await net.Change("number/b/77");
        await Fetches(lab.A, "http://100.64.0.77/", "hello from b");
        await Fetches(lab.A, "http://100.64.0.77:8000/hello.txt", "hello from the kernel of b");
        await Tools.Until(async () => await lab.B.Ip("addr", "show", "edge0") is var shown && shown.Contains("100.64.0.77/32", StringComparison.Ordinal) && !shown.Contains(B4 + "/", StringComparison.Ordinal),
            "b's interface has the new address alone");
        await Tools.Until(async () => !(await lab.A.Ip("route", "show", "table", "all")).Contains(B4, StringComparison.Ordinal), "a's route to the old address is gone");

        // Port 80 is left by the policy, in the netstack; 8000 is not, in the kernel.
        await net.Change("ports/80/80");
        await Tools.Until(async () => (await lab.A.Try("curl", "-s", "--max-time", "2", "http://100.64.0.77:8000/hello.txt")).ExitCode == 28, "the kernel's port is shut");
        await Fetches(lab.A, "http://100.64.0.77/", "hello from b");
    }

    [Test]
    public async Task A_start_after_a_crash_removes_what_was_left()
    {
        Tools.Require("curl");
        await using var lab = await Lab.Create();
        var net = await LabTailnet.Start(lab);
        // The addresses are given in the order of joining.
        var a = await net.Serve(lab.A, "a");
        await net.Serve(lab.B, "b");
        await Fetches(lab.A, $"http://{B4}/", "hello from b");
        await a.End(signal: 9);
        // The kernel has taken the interface with its addresses and routes; the rule is left, and leads nowhere.
        await Tools.Until(async () => (await lab.A.Try("ip", "link", "show", "edge0")).ExitCode != 0, "the interface is gone");
        await Assert.That(CountOf(Rule, await lab.A.Ip("rule"))).IsEqualTo(1);

        a = await net.Serve(lab.A, "a");
        await Assert.That(a.Output).Contains("an earlier run left behind");
        await Assert.That(CountOf(Rule, await lab.A.Ip("rule"))).IsEqualTo(1);
        await Assert.That(CountOf(Rule, await lab.A.Ip("-6", "rule"))).IsEqualTo(1);
        await Fetches(lab.A, $"http://{B4}/", "hello from b");
        await Assert.That(await a.End()).IsEqualTo(0);
    }

    [Test]
    public async Task Public_addresses_go_through_the_exit_node_and_our_own_packets_do_not()
    {
        Tools.Require("curl", "python3");
        await using var lab = await Lab.Create();
        var net = await LabTailnet.Start(lab, "--routes", "approved");
        // Behind B alone. Side A has no route to it.
        await using var far = await FarHost.Create(lab.B, "198.51.100");
        far.Start("python3", "-m", "http.server", "-d", Directory.CreateDirectory(Path.Combine(lab.Folder, "far")).FullName, "--bind", "198.51.100.2", "8000");
        await File.WriteAllTextAsync(Path.Combine(lab.Folder, "far", "hello.txt"), "hello from afar");
        await net.Serve(lab.B, "b", """advertiseRoutes { "0.0.0.0/0"; "::/0" }""");
        var a = await net.Serve(lab.A, "a", """exitNode = "b" """);
        await Fetches(lab.A, "http://198.51.100.2:8000/hello.txt", "hello from afar");
        await Assert.That(await lab.A.Ip("route", "get", "198.51.100.2")).Contains("edge0");
        // The mark of edge's own sockets: they leave as if there were no interface.
        await Assert.That((await lab.A.Try("ip", "route", "get", "198.51.100.2", "mark", "0x80000")).Output).DoesNotContain("edge0");
        // What is private stays the host's.
        await Assert.That(await lab.A.Ip("route", "get", lab.B.Address(isV4: true))).Contains("eth0");
        await Assert.That(await a.End()).IsEqualTo(0);
        await Assert.That((await lab.A.Try("ip", "route", "get", "198.51.100.2")).Output).DoesNotContain("edge0");
    }

    [Test]
    public async Task Without_the_right_it_says_what_it_takes_and_serves_all_the_same()
    {
        Tools.Require("setpriv");
        await using var lab = await Lab.Create();
        var net = await LabTailnet.Start(lab);
        var a = await net.Begin(lab.A, "a", "", "setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin");
        await a.Printed("It takes root or CAP_NET_ADMIN. Or leave out `tun`");
        await Assert.That(a.IsRunning).IsTrue();
    }

    [Test]
    public async Task A_stock_node_and_a_hosts_programs_reach_one_another()
    {
        Tools.Require("curl", "ping", "python3");
        Tools.Peer("tailscaled");
        await using var lab = await Lab.Create();
        var net = await LabTailnet.Start(lab);
        await net.Serve(lab.A, "a");
        var stock = await StockNode.Start(lab.B, isRelayed: false);
        await stock.Run(StockNode.Up(net.Url, $"--auth-key={LabTailnet.Key}", "--hostname=stock"));
        await ServeFile(lab.B, "127.0.0.1", 8000, "hello from stock");
        await Fetches(lab.A, $"http://{B4}:8000/hello.txt", "hello from stock");
        await lab.A.Reaches(B4);
        // Path discovery, our netstack's TSMP, and the kernel's ICMP.
        foreach (var kind in (string[][])[[], ["--tsmp"], ["--icmp"]])
            await Tools.Until(async () => (await stock.Try(["ping", "--c", "1", "--until-direct=false", .. kind, A4])).Output.Contains("pong from a (", StringComparison.Ordinal), $"a ping {string.Join(' ', kind)}");
        await Tools.Until(async () => (await stock.Try("status", "--peers")).Output.Contains("a ", StringComparison.Ordinal), "a in the stock node's status");
    }

    private static int CountOf(string what, string text) => text.Split('\n').Count(line => line.StartsWith(what, StringComparison.Ordinal));

    private static Task Fetches(Side side, string url, string body) => Tools.Until(
        async () => await side.Try("curl", "-gsSf", "--max-time", "20", url) is { ExitCode: 0 } curl && curl.Output == body, $"{side.Name} fetches {url}");

    /// <summary>A server that is one of the host's programs, at port 8000 or another.</summary>
    private static async Task ServeFile(Side side, string address, int port, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(side.Lab.Folder, $"files-{side.Name}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "hello.txt"), text);
        var number = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        side.Start("python3", "-m", "http.server", "-d", folder, "--bind", address, number);
        await Tools.Until(async () => (await side.Try("curl", "-sf", "-o", "/dev/null", $"http://127.0.0.1:{number}/")).ExitCode == 0, "the file's server");
    }

    /// <summary>Asks a name server for a name's IPv4 address, over UDP and TCP, which must agree.</summary>
    private static IPAddress Ask(IPAddress server, string name)
    {
        // RFC 1035 section 4.1: an identifier, "recursion desired", one question: the labels, A, IN.
        List<byte> query = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        foreach (var label in name.Split('.'))
            query.AddRange([(byte)label.Length, .. System.Text.Encoding.ASCII.GetBytes(label)]);
        query.AddRange([0, 0, 1, 0, 1]);
        using var udp = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 30_000 };
        udp.Connect(server, 53);
        udp.Send(query.ToArray());
        var answer = new byte[512];
        var length = udp.Receive(answer);
        using var tcp = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 30_000 };
        tcp.Connect(server, 53);
        tcp.Send([0, (byte)query.Count, .. query]);
        using var stream = new NetworkStream(tcp);
        var framed = new byte[2 + length];
        stream.ReadExactly(framed);
        return framed.AsSpan(2).SequenceEqual(answer.AsSpan(0, length)) ? new IPAddress(answer.AsSpan(length - 4, 4)) : throw new InvalidDataException("UDP and TCP say different things");
    }
}
