using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>What `edge tun` does to its machine, and what its port withstands.</summary>
[Category(Published.Category)]
public sealed class TunnelTests
{
    private const long Mebibyte = 1 << 20;

    [Test]
    public async Task A_million_packets_allocate_nothing_on_the_thread_that_moves_them()
    {
        Tools.Require("wg", "ping");
        await using var lab = await Lab.Create();
        var (a, _) = await Pair(lab);
        // Steady: the session stands, and the paths were used once.
        await Assert.That(await Transfer.IsIntact(lab.A, lab.B, true, 16 * Mebibyte)).IsTrue();
        await Assert.That(await Transfer.IsIntact(lab.B, lab.A, true, 16 * Mebibyte)).IsTrue();
        var packets = await Packets(a);
        var allocated = await Counter(a, "allocatedBytes");
        await Assert.That(await Transfer.IsIntact(lab.A, lab.B, true, 800 * Mebibyte)).IsTrue();
        await Assert.That(await Transfer.IsIntact(lab.B, lab.A, false, 800 * Mebibyte)).IsTrue();
        await Assert.That(await Packets(a) - packets).IsGreaterThan(1_000_000);
        await Assert.That(await Counter(a, "allocatedBytes") - allocated).IsEqualTo(0);
        await Assert.That(a.ResidentKiB()).IsLessThanOrEqualTo(60 * 1024);
    }

    [Test]
    public async Task Without_large_packets_of_the_kernel_it_works_too()
    {
        Tools.Require("wg", "ping");
        await using var lab = await Lab.Create();
        await Pair(lab, new SideOptions { Arguments = ["--no-offload"] });
        await Assert.That(await Transfer.IsIntact(lab.A, lab.B, true, 32 * Mebibyte)).IsTrue();
        await Assert.That(await Transfer.IsIntact(lab.B, lab.A, false, 32 * Mebibyte)).IsTrue();
    }

    [Test]
    public async Task Tshark_decrypts_a_capture_with_the_key_log()
    {
        Tools.Require("wg", "ping", "tshark", "tcpdump");
        await using var lab = await Lab.Create();
        var capture = Path.Combine(lab.Folder, "tunnel.pcap");
        var log = Path.Combine(lab.Folder, "keys.log");
        var dump = lab.A.Start("tcpdump", "-i", "eth0", "--immediate-mode", "-U", "-w", capture, "-Z", "root", "udp");
        await dump.Printed("listening on");
        var (a, _) = await Pair(lab, new SideOptions { HasPresharedKey = true, Arguments = ["--key-log", log] }, new SideOptions { HasPresharedKey = true });
        await Assert.That(a.Process.Output).Contains("WARNING");
        await Assert.That(File.GetUnixFileMode(log)).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Assert.That(await lab.A.Pings(lab.B.InnerAddress(true), 3, "-p", "ed9e")).IsTrue();
        await dump.End(2);
        var seen = await Tools.Run("tshark", "-r", capture, "-o", $"wg.keylog_file:{log}", "-Y", $"icmp && ip.dst == {lab.B.InnerAddress(true)}", "-T", "fields", "-e", "data.data");
        await Assert.That(seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.Contains("ed9eed9eed9e", StringComparison.Ordinal))).IsGreaterThanOrEqualTo(3);
    }

    [Test]
    public async Task What_it_set_up_is_undone_at_the_end_and_after_a_crash()
    {
        Tools.Require("wg", "ping");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        var options = new SideOptions { AllowedIps = ", 0.0.0.0/0, ::/0", Endpoint = TunnelSide.EndpointOf(lab.B, true) };
        var before = await Machine(lab.A);
        foreach (var signal in (int[])[15, 2])
        {
            var edge = await PublishedEdge.Start(lab.A, keys, options);
            await Assert.That(await Machine(lab.A)).IsNotEqualTo(before);
            await Assert.That(await edge.Process.End(signal)).IsEqualTo(0);
            await Assert.That(await Machine(lab.A)).IsEqualTo(before);
        }

        var crashed = await PublishedEdge.Start(lab.A, keys, options);
        await Assert.That(await lab.A.Ip("rule", "show")).Contains("suppress_prefixlength 0");
        await crashed.Process.End(9);
        await Assert.That(await Machine(lab.A)).IsNotEqualTo(before);
        var next = await PublishedEdge.Start(lab.A, keys, options);
        await Assert.That(next.Process.Output).Contains("undoing what the tunnel edge1 left behind");
        await Assert.That((await lab.A.Ip("-4", "rule", "show")).Split("suppress_prefixlength").Length).IsEqualTo(2);
        await next.Down();
        await Assert.That(await next.Process.End()).IsEqualTo(0);
        await Assert.That(await Machine(lab.A)).IsEqualTo(before);
        await Assert.That(Directory.EnumerateFiles(next.RunDirectory).Any()).IsFalse();
    }

    [Test]
    public async Task A_default_route_carries_everything_but_the_tunnels_own_packets()
    {
        Tools.Require("wg", "ping");
        await using var lab = await Lab.Create();
        await Pair(lab, new SideOptions { AllowedIps = ", 0.0.0.0/0, ::/0" });
        await lab.B.Ip("addr", "add", "192.0.2.7/32", "dev", "lo");
        await lab.B.Ip("addr", "add", "2001:db8::7/128", "dev", "lo", "nodad");
        await lab.A.Reaches("192.0.2.7");
        await lab.A.Reaches("2001:db8::7");
        // What has a route of its own keeps it.
        await Assert.That(await lab.A.Ip("route", "get", lab.B.Address(true))).Contains("dev eth0");
        await Assert.That(await lab.A.Ip("route", "get", "192.0.2.7")).Contains("dev edge1");
    }

    [Test]
    public async Task Resolvers_are_set_and_put_back()
    {
        Tools.Require("wg");
        await using var lab = await Lab.Create();
        var folder = $"/etc/netns/{lab.A.Name}";
        Directory.CreateDirectory(folder);
        try
        {
            // `ip netns exec` mounts it over /etc/resolv.conf, as a container engine does.
            var file = Path.Combine(folder, "resolv.conf");
            await File.WriteAllTextAsync(file, "nameserver 192.0.2.1\n");
            var edge = await PublishedEdge.Start(lab.A, await TunnelKeys.Make(), new SideOptions { Interface = "DNS = 10.7.0.2, fd07::2, corp.example" });
            await Assert.That(await File.ReadAllTextAsync(file)).EndsWith("nameserver 10.7.0.2\nnameserver fd07::2\nsearch corp.example\n");
            await edge.Process.End();
            await Assert.That(await File.ReadAllTextAsync(file)).IsEqualTo("nameserver 192.0.2.1\n");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task Garbage_mutations_replays_and_floods_neither_stop_it_nor_make_it_grow()
    {
        Tools.Require("wg", "ping", "tcpdump");
        await using var lab = await Lab.Create();
        var capture = Path.Combine(lab.Folder, "genuine.pcap");
        var dump = lab.A.Start("tcpdump", "-i", "eth0", "--immediate-mode", "-U", "-w", capture, "-Z", "root", "udp", "and", "dst", "host", lab.A.Address(true));
        await dump.Printed("listening on");
        var (a, b) = await Pair(lab);
        await Assert.That(await Transfer.IsIntact(lab.B, lab.A, true, Mebibyte)).IsTrue();
        await dump.End(2);
        var genuine = Pcap.Datagrams(await File.ReadAllBytesAsync(capture)).Where(datagram => datagram.Length < 1500).Take(2_000).ToList();
        await Assert.That(genuine.Any(datagram => datagram[0] == 2) || genuine.Any(datagram => datagram[0] == 1)).IsTrue();
        await Assert.That(genuine.Any(datagram => datagram[0] == 4)).IsTrue();
        var resident = a.ResidentKiB();

        // From an address that is no peer's: a session must not follow what it cannot open.
        await lab.B.Ip("addr", "add", "10.9.0.66/24", "dev", "eth0");
        using var socket = lab.B.Inside(() =>
        {
            var opened = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            opened.Bind(new IPEndPoint(IPAddress.Parse("10.9.0.66"), 0));
            return opened;
        });
        var target = new IPEndPoint(IPAddress.Parse(lab.A.Address(true)), TunnelSide.Port);
        var random = new Random(7);
        for (var i = 0; i < 60_000; i++)
        {
            var datagram = Attack(random, genuine, i);
            await socket.SendToAsync(datagram, SocketFlags.None, target);
            if (i % 10_000 == 5_000)
                await Assert.That(await lab.B.Pings(lab.A.InnerAddress(true))).IsTrue();
        }
        await Assert.That(a.Process.IsRunning).IsTrue();
        await Assert.That(await lab.A.Pings(lab.B.InnerAddress(true), 3)).IsTrue();
        await Assert.That(await Transfer.IsIntact(lab.A, lab.B, true, Mebibyte)).IsTrue();
        await Assert.That(await a.PeerEndpoint()).IsEqualTo(TunnelSide.EndpointOf(lab.B, true));
        var dropped = (await a.Status()).GetProperty("counters").GetProperty("dropped");
        foreach (var reason in (string[])["tooShort", "unknownType", "wrongMac1", "replayed", "forged", "unknownReceiver"])
            await Assert.That(dropped.TryGetProperty(reason, out _)).IsTrue().Because($"{reason} in {dropped}");
        await Assert.That(a.ResidentKiB() - resident).IsLessThan(16 * 1024);
        await Assert.That(b.Process.IsRunning).IsTrue();
    }

    private static byte[] Attack(Random random, List<byte[]> genuine, int number)
    {
        var datagram = genuine[random.Next(genuine.Count)].ToArray();
        switch (number % 6)
        {
            case 0:
                return RandomNumberGenerator.GetBytes(random.Next(1, 1_500));
            case 1:
                return datagram[..random.Next(1, datagram.Length)];
            case 2:
                return datagram;
            case 3:
                datagram[random.Next(4, datagram.Length)] ^= (byte)(1 << random.Next(8));
                return datagram;
            case 4:
                // A forged initiation: the right type and length, the rest noise.
                var initiation = RandomNumberGenerator.GetBytes(148);
                BitConverter.TryWriteBytes(initiation, 1);
                return initiation;
            default:
                // A counter far ahead: it must not move the window.
                if (datagram.Length >= 32 && datagram[0] == 4)
                    datagram[random.Next(9, 16)] = 0x7f;
                return datagram;
        }
    }

    private static async Task<(EdgeSide A, EdgeSide B)> Pair(Lab lab, SideOptions? a = null, SideOptions? b = null)
    {
        var keys = await TunnelKeys.Make();
        var second = await PublishedEdge.Start(lab.B, keys, b ?? new SideOptions());
        var first = await PublishedEdge.Start(lab.A, keys, (a ?? new SideOptions()) with { Endpoint = TunnelSide.EndpointOf(lab.B, true) });
        await Assert.That(await lab.A.Pings(lab.B.InnerAddress(true))).IsTrue();
        return (first, second);
    }

    /// <summary>All that a tunnel may change outside its own interface, and the interfaces.</summary>
    private static async Task<string> Machine(Side side) => string.Join('\n',
        await side.Ip("-4", "rule"), await side.Ip("-6", "rule"), await side.Ip("-4", "route", "show", "table", "all"),
        await side.Ip("-6", "route", "show", "table", "all"), await side.Ip("-br", "link"), await side.Run("cat", "/proc/sys/net/ipv4/conf/all/src_valid_mark"));

    private static async Task<long> Counter(EdgeSide side, string name) => (await side.Status()).GetProperty("counters").GetProperty(name).GetInt64();

    private static async Task<long> Packets(EdgeSide side) => await Counter(side, "packetsSealed") + await Counter(side, "packetsOpened");
}
