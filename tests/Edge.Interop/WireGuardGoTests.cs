using System.Globalization;
using System.Text.RegularExpressions;
using Edge.Tests.Image;
using TUnit.Core.Enums;

namespace Edge.Interop;

/// <summary>`edge tun up` and Debian's wireguard-go, a program that nobody here wrote, as each other's peers.</summary>
[Category(Published.Category)]
public sealed class WireGuardGoTests
{
    private const long Mebibyte = 1 << 20;

    [Test]
    [MatrixDataSource]
    public async Task Either_side_can_begin_and_both_families_work_inside_and_outside([Matrix(true, false)] bool isEdgeFirst, [Matrix(true, false)] bool isV4, [Matrix(true, false)] bool hasPresharedKey)
    {
        Tools.Require("wireguard-go", "wg", "ping");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        // Who begins knows where the other one is; who is waited for does not.
        var edge = await PublishedEdge.Start(lab.A, keys, new SideOptions { HasPresharedKey = hasPresharedKey, Endpoint = isEdgeFirst ? TunnelSide.EndpointOf(lab.B, isV4) : null });
        var go = await WireGuardGoSide.Start(lab.B, keys, new SideOptions { HasPresharedKey = hasPresharedKey, Endpoint = isEdgeFirst ? null : TunnelSide.EndpointOf(lab.A, isV4) });
        var (first, second) = isEdgeFirst ? (lab.A, lab.B) : (lab.B, lab.A);

        await first.Reaches(second.InnerAddress(true));
        await first.Reaches(second.InnerAddress(false));
        await Assert.That(await second.Pings(first.InnerAddress(true))).IsTrue();
        await Assert.That(await second.Pings(first.InnerAddress(false))).IsTrue();
        await Assert.That(await go.LastHandshake()).IsGreaterThan(0);
        await Assert.That(await edge.LastHandshake()).IsGreaterThan(0);
        await Assert.That(await edge.PeerEndpoint()).IsEqualTo(TunnelSide.EndpointOf(lab.B, isV4));
        await Assert.That(await go.PeerEndpoint()).IsEqualTo(TunnelSide.EndpointOf(lab.A, isV4));
    }

    [Test]
    public async Task The_static_form_carries_a_tunnel_too()
    {
        Tools.Require("wireguard-go", "wg", "ping");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        var edge = await EdgeSide.Start(lab.A, keys, new SideOptions { HasPresharedKey = true, Endpoint = TunnelSide.EndpointOf(lab.B, false) }, Published.Static());
        await WireGuardGoSide.Start(lab.B, keys, new SideOptions { HasPresharedKey = true });
        await Assert.That(await lab.A.Pings(lab.B.InnerAddress(true))).IsTrue();
        await Assert.That(await Transfer.IsIntact(lab.A, lab.B, true, 32 * Mebibyte)).IsTrue();
        await Assert.That(await Transfer.IsIntact(lab.B, lab.A, false, 32 * Mebibyte)).IsTrue();
        await Assert.That(await edge.LastHandshake()).IsGreaterThan(0);
        await edge.Down();
        await Assert.That(await edge.Process.End()).IsEqualTo(0);
    }

    [Test]
    public async Task A_wrong_preshared_key_lets_nothing_through()
    {
        Tools.Require("wireguard-go", "wg", "ping");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        var edge = await PublishedEdge.Start(lab.A, keys, new SideOptions { HasPresharedKey = true, Endpoint = TunnelSide.EndpointOf(lab.B, true) });
        await WireGuardGoSide.Start(lab.B, keys, new SideOptions { Endpoint = TunnelSide.EndpointOf(lab.A, true) });
        await Assert.That((await lab.A.Try("ping", "-c", "2", "-W", "2", lab.B.InnerAddress(true))).ExitCode).IsNotEqualTo(0);
        await Assert.That(await edge.LastHandshake()).IsEqualTo(0);
    }

    [Test]
    [Arguments(1280)]
    [Arguments(1380)]
    [Arguments(1420)]
    public async Task Packets_of_every_size_up_to_the_MTU_arrive(int mtu)
    {
        Tools.Require("wireguard-go", "wg", "ping");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        await PublishedEdge.Start(lab.A, keys, new SideOptions { Mtu = mtu, Endpoint = TunnelSide.EndpointOf(lab.B, false) });
        await WireGuardGoSide.Start(lab.B, keys, new SideOptions { Mtu = mtu });
        await Assert.That(await lab.A.Pings(lab.B.InnerAddress(true))).IsTrue();
        for (var size = mtu - 28; size > mtu - 28 - 20; size--)
            await Assert.That(await lab.A.Pings(lab.B.InnerAddress(true), 1, "-M", "do", "-s", size.ToString(CultureInfo.InvariantCulture))).IsTrue().Because($"{size} bytes");
        await Assert.That(await lab.A.Pings(lab.B.InnerAddress(true), 1, "-M", "do", "-s", $"{mtu - 27}", "-W", "1")).IsFalse();
        foreach (var isV4 in (bool[])[true, false])
        {
            await Assert.That(await Transfer.IsIntact(lab.A, lab.B, isV4, 24 * Mebibyte + 1)).IsTrue();
            await Assert.That(await Transfer.IsIntact(lab.B, lab.A, isV4, 24 * Mebibyte + 1)).IsTrue();
        }
    }

    [Test]
    public async Task A_gibibyte_each_way_arrives_as_it_was_sent()
    {
        Tools.Require("wireguard-go", "wg");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        await PublishedEdge.Start(lab.A, keys, new SideOptions { Endpoint = TunnelSide.EndpointOf(lab.B, true) });
        await WireGuardGoSide.Start(lab.B, keys, new SideOptions());
        await Assert.That(await Transfer.IsIntact(lab.A, lab.B, true, 1024 * Mebibyte)).IsTrue();
        await Assert.That(await Transfer.IsIntact(lab.B, lab.A, true, 1024 * Mebibyte)).IsTrue();
    }

    [Test]
    public async Task The_session_follows_a_side_that_moves_to_another_address()
    {
        Tools.Require("wireguard-go", "wg", "ping");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        var edge = await PublishedEdge.Start(lab.A, keys, new SideOptions { Endpoint = TunnelSide.EndpointOf(lab.B, true) });
        var go = await WireGuardGoSide.Start(lab.B, keys, new SideOptions());
        await lab.A.Reaches(lab.B.InnerAddress(true));
        await lab.A.Reaches(lab.B.InnerAddress(false));
        var (edgeHandshake, goHandshake) = (await edge.LastHandshake(), await go.LastHandshake());

        await lab.A.Ip("addr", "add", "10.9.0.51/24", "dev", "eth0");
        await lab.A.Ip("addr", "del", "10.9.0.1/24", "dev", "eth0");
        await lab.A.Ip("addr", "replace", "10.9.0.51/24", "dev", "eth0");
        await Assert.That(await lab.A.Pings(lab.B.InnerAddress(true))).IsTrue();
        await Assert.That(await go.PeerEndpoint()).IsEqualTo("10.9.0.51:51820");
        await Assert.That(await lab.B.Pings(lab.A.InnerAddress(true))).IsTrue();

        await lab.B.Ip("addr", "add", "10.9.0.52/24", "dev", "eth0");
        await lab.B.Ip("addr", "del", "10.9.0.2/24", "dev", "eth0");
        await lab.B.Ip("addr", "replace", "10.9.0.52/24", "dev", "eth0");
        // With the new port wireguard-go lets go of the address that is gone, which it would not before its next handshake.
        await lab.B.Run("wg", "set", go.InterfaceName, "listen-port", "51822");
        await Assert.That(await lab.B.Pings(lab.A.InnerAddress(false))).IsTrue();
        await Assert.That(await edge.PeerEndpoint()).IsEqualTo("10.9.0.52:51822");
        await Assert.That(await lab.A.Pings(lab.B.InnerAddress(false))).IsTrue();
        // The same session: no new handshake was needed.
        await Assert.That((await go.LastHandshake(), Math.Abs(await edge.LastHandshake() - edgeHandshake) <= 1)).IsEqualTo((goHandshake, true));
    }

    [Test]
    public async Task A_name_is_looked_up_again_while_its_handshakes_go_unanswered()
    {
        Tools.Require("wireguard-go", "wg", "ping");
        await using var lab = await Lab.Create();
        // `ip netns exec` mounts it over /etc/hosts.
        var folder = Directory.CreateDirectory($"/etc/netns/{lab.A.Name}").FullName;
        try
        {
            var hosts = Path.Combine(folder, "hosts");
            await File.WriteAllTextAsync(hosts, "10.9.0.77 office.example\n");
            var keys = await TunnelKeys.Make();
            var edge = await PublishedEdge.Start(lab.A, keys, new SideOptions { Endpoint = $"office.example:{TunnelSide.Port}" });
            await WireGuardGoSide.Start(lab.B, keys, new SideOptions());
            await Tools.Until(async () => await edge.PeerEndpoint() == $"10.9.0.77:{TunnelSide.Port}", "the first look-up");
            await File.WriteAllTextAsync(hosts, $"{lab.B.Address(true)} office.example\n");
            await lab.A.Reaches(lab.B.InnerAddress(true));
            await Assert.That(await edge.PeerEndpoint()).IsEqualTo(TunnelSide.EndpointOf(lab.B, true));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The one test that takes its time: a session is 120 s old when its initiator renews it (whitepaper section 6.1).</summary>
    [Test]
    [ExecutionPriority(Priority.Critical)]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_session_is_renewed_after_120_seconds_and_loses_nothing(bool isEdgeFirst)
    {
        Tools.Require("wireguard-go", "wg", "ping");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        await PublishedEdge.Start(lab.A, keys, new SideOptions { Endpoint = isEdgeFirst ? TunnelSide.EndpointOf(lab.B, true) : null });
        var go = await WireGuardGoSide.Start(lab.B, keys, new SideOptions { Endpoint = isEdgeFirst ? null : TunnelSide.EndpointOf(lab.A, true) });
        var (first, second) = isEdgeFirst ? (lab.A, lab.B) : (lab.B, lab.A);
        await Assert.That(await first.Pings(second.InnerAddress(true))).IsTrue();
        var before = await go.LastHandshake();
        var pinging = first.Start("ping", "-n", "-q", "-i", "0.25", "-W", "10", second.InnerAddress(true));
        await Tools.Until(async () => await go.LastHandshake() > before, "the next handshake", seconds: 180);
        await Assert.That(await go.LastHandshake() - before).IsGreaterThanOrEqualTo(119);
        // Some packets of the new session too.
        await Assert.That(await first.Pings(second.InnerAddress(true), count: 5)).IsTrue();
        await pinging.End(2);
        var counts = Regex.Match(pinging.Output, @"(\d+) packets transmitted, (\d+) received");
        var (sent, answered) = (int.Parse(counts.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(counts.Groups[2].Value, CultureInfo.InvariantCulture));
        await Assert.That(sent).IsGreaterThan(100);
        // The last one may have been under way.
        await Assert.That(sent - answered).IsLessThanOrEqualTo(1).Because(pinging.Output);
    }
}
