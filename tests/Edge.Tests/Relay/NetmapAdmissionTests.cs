using System.Net;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Relay;
using Edge.Tests.Control;
using Edge.Tests.Orb;

namespace Edge.Tests.Relay;

/// <summary>Whom a relay beside a tailnet's node admits.</summary>
public sealed class NetmapAdmissionTests
{
    [Test]
    public async Task The_nodes_of_the_netmap_are_admitted_and_nobody_while_there_is_none()
    {
        NetworkMap? map = null;
        var admission = new NetmapAdmission(() => map, TimeProvider.System);
        await Assert.That(await Admits(2)).IsFalse();
        map = Map();
        await Assert.That((await Admits(1), await Admits(2), await Admits(3), await Admits(4))).IsEqualTo((true, true, false, false));
        map = Map(isPeerThere: false);
        await Assert.That((await Admits(1), await Admits(2))).IsEqualTo((true, false));

        async Task<bool> Admits(byte node) => await admission.Admits(ControlWorld.Key<NodeKind>(node).Key, IPAddress.Loopback, CancellationToken.None);
    }

    [Test]
    public async Task A_relay_refuses_at_its_door_whom_the_netmap_does_not_know()
    {
        NetworkMap? map = null;
        var admission = new NetmapAdmission(() => map, TimeProvider.System);
        await using var run = await RelayRun.Start(options => options with { Admission = admission });
        var refused = await run.Connect();
        await Assert.That(await refused.Connection.Ended.WaitAsync(OrbRun.Limit)).IsNotEmpty();
        await Assert.That(refused.Inbox.Messages.Count).IsEqualTo(0);
        // Whoever comes is the one peer of this netmap.
        await using var open = await RelayRun.Start(options => options with { Admission = new Anybody(key => new NetmapAdmission(() => Map(key: key), TimeProvider.System)) });
        await open.Join();
    }

    private static NetworkMap Map(bool isPeerThere = true, PublicKey? key = null)
    {
        var builder = new NetworkMapBuilder(null) { Self = new TailnetNode { Id = new NodeId(1), Key = ControlWorld.Key<NodeKind>(1), Name = "relay.example." } };
        if (isPeerThere)
            builder.SetPeer(new TailnetNode { Id = new NodeId(2), Key = key is { } known ? new(known) : ControlWorld.Key<NodeKind>(2) });
        builder.SetPeer(new TailnetNode { Id = new NodeId(3), Key = ControlWorld.Key<NodeKind>(3), KeyExpiry = UtcTime.OfUnixSeconds(1_000_000_000) });
        return builder.ToMap();
    }

    private sealed class Anybody(Func<PublicKey, IRelayAdmission> admission) : IRelayAdmission
    {
        public ValueTask<bool> Admits(PublicKey node, IPAddress source, CancellationToken cancellation) => admission(node).Admits(node, source, cancellation);
    }
}
