using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Addresses;
using Edge.Io;
using Edge.Io.Netlink;
using Edge.Lab.Control;
using Edge.Node.Networks;
using Edge.Tests.Orb;

namespace Edge.Tests.Node.Tailnet.Routing;

/// <summary>Routes between two nodes of the laboratory's tailnet.</summary>
public sealed class LabRouteTests
{
    [Test]
    public async Task A_peer_reaches_what_a_node_advertises_when_it_accepts_routes()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var own = LocalAddresses.List().Find(static address => address.IsV4 && !address.IsLoopback && !address.IsLinkLocal);
        Skip.Unless(own != default, "this machine has no address but its loopback, which nobody routes to");
        using var listener = new TcpListener(own.ToIPAddress(), 0);
        listener.Start();
        await using var control = await LabControl.Start();
        control.Tailnet.ApprovesRoutes = true;
        await using var router = TailnetRun.Start(control, "router", $"advertiseRoutes {{ \"{own}/32\" }}");
        await using var user = TailnetRun.Start(control, "user", "acceptRoutes = true");
        await user.Map(map => map.Peers.Any(peer => peer.Value.AllowedIps.Contains(new IpPrefix(own, 32)) && peer.Value.Endpoints.Count > 0), limit.Token);
        await router.Map(map => map.Peers.Any(static peer => peer.Value.Endpoints.Count > 0), limit.Token);
        await using var near = new TunnelStream(await user.Network.Network.Dial(new Endpoint(own, (ushort)((IPEndPoint)listener.LocalEndpoint).Port), limit.Token));
        using var far = await listener.AcceptTcpClientAsync(limit.Token);
        await near.WriteAsync("there"u8.ToArray(), limit.Token);
        var text = new byte[5];
        await far.GetStream().ReadExactlyAsync(text, limit.Token);
        await Assert.That(System.Text.Encoding.ASCII.GetString(text)).IsEqualTo("there");
    }

    [Test]
    public async Task Without_its_exit_node_the_internet_is_not_reached_by_the_hosts_own_way()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var control = await LabControl.Start();
        await using var user = TailnetRun.Start(control, "user", "exitNode = \"nobody\"");
        await user.Map(static _ => true, limit.Token);
        await user.Log.WaitFor("there is no node nobody to be the exit node");
        var network = user.Network.Network;
        await Assert.That((network.Claims(IpAddress.V4(0x0808_0808)), network.Claims(IpAddress.V4(0x0a00_0001)), network.Claims(IpAddress.V4(0x7f00_0001)))).IsEqualTo((true, false, false));
        var failure = await Assert.That(async () => await network.Dial(new Endpoint(IpAddress.V4(0x0808_0808), 53), limit.Token)).Throws<DialException>();
        await Assert.That(failure!.Fault).IsEqualTo(DialFault.NoRoute);
    }
}
