using Edge.Foundation.Keys;
using Edge.Protocols.Control.Session;
using Edge.Tests.Control;

namespace Edge.Tests.Io.Control;

/// <summary>What must hold with every control server: with Headscale, and with the laboratory's, which is there where Headscale is not.</summary>
internal static class JoiningStories
{
    public static async Task TwoNodes(IControlServer server, CancellationToken cancellation)
    {
        await using var a = new JoinedNode(server.Url, "edge-a", server.AuthKey);
        var alone = await a.Map(map => map.Self.Name == "edge-a.edge.test." && map.Self.Endpoints.Count == 1, cancellation);
        await Assert.That(alone.Self.Addresses.Count).IsEqualTo(2);
        await Assert.That(alone.Relays.Find(900)!.Nodes[0].DerpPort).IsEqualTo(9443);

        await using (var b = new JoinedNode(server.Url, "edge-b", server.AuthKey))
        {
            await b.Map(map => map.Peers.Count == 1, cancellation);
            var both = await a.Map(map => map.Peers.Any(peer => peer.Value is { Name: "edge-b.edge.test.", Online: true }), cancellation);
            await Assert.That(both.FindPeer(both.Peers.Single().Value.Addresses[0].Address)!.Host.Hostname).IsEqualTo("edge-b");
            var identity = b.Identity!;
            // The same keys again: no registration, the map at once.
            await using var again = new JoinedNode(server.Url, "edge-b", server.AuthKey, b);
            var map = await again.Map(map => map.Peers.Count == 1, cancellation);
            await Assert.That(map.Self.Key).IsEqualTo(new KeyOf<NodeKind>(identity.NodeKey.PublicKey));
            await again.Logout(cancellation);
        }
        await a.Logout(cancellation);
        await Assert.That(await server.Knows("edge-a")).IsTrue();
    }

    public static async Task Person(IControlServer server, CancellationToken cancellation)
    {
        await using var node = new JoinedNode(server.Url, "edge-c", authKey: null);
        var url = (await node.Status(status => status.State == ControlState.NeedsLogin, cancellation)).LoginUrl;
        await server.LetIn(url);
        await node.Map(map => map.Self.Name == "edge-c.edge.test.", cancellation);
    }

    public static async Task ChangedKey(IControlServer server, CancellationToken cancellation)
    {
        var old = ControlWorld.Key<MachineKind>(9);
        await using var node = new JoinedNode(server.Url, "edge-d", server.AuthKey, serverKey: old);
        await node.Map(map => map.Self.Name == "edge-d.edge.test.", cancellation);
        await Assert.That(node.Identity!.ServerKey).IsNotEqualTo(old);
    }
}
