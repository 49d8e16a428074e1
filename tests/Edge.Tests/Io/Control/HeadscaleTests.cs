using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Control;
using Edge.Node.Tailnet;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Session;
using Edge.Tests.Orb;

namespace Edge.Tests.Io.Control;

/// <summary>A real Headscale on loopback: the way in, two nodes that see each other, the way out. Runs where PEERS names a folder that has it.</summary>
[RequiresHeadscale]
public sealed class HeadscaleTests
{
    [Test]
    public async Task Two_nodes_register_see_each_other_come_back_and_log_out()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var headscale = await Headscale.Start(limit.Token);
        await using var a = new Joined(headscale, "edge-a");
        var alone = await a.Map(map => map.Self.Name == "edge-a.edge.test." && map.Self.Endpoints.Count == 1, limit.Token);
        await Assert.That(alone.Self.Addresses.Count).IsEqualTo(2);
        await Assert.That(alone.Relays.Find(900)!.Nodes[0].DerpPort).IsEqualTo(9443);

        StoreIdentity identity;
        await using (var b = new Joined(headscale, "edge-b"))
        {
            await b.Map(map => map.Peers.Count == 1, limit.Token);
            var both = await a.Map(map => map.Peers.Any(peer => peer.Value is { Name: "edge-b.edge.test.", Online: true }), limit.Token);
            await Assert.That(both.FindPeer(both.Peers.Single().Value.Addresses[0].Address)!.Host.Hostname).IsEqualTo("edge-b");
            identity = b.Identity!;
            // The same keys again: no registration, the map at once.
            await using var again = new Joined(headscale, "edge-b", b);
            var map = await again.Map(map => map.Peers.Count == 1, limit.Token);
            await Assert.That(map.Self.Key).IsEqualTo(new KeyOf<NodeKind>(identity.NodeKey.PublicKey));
            await again.Logout(limit.Token);
        }
        await a.Logout(limit.Token);
        await Assert.That(await headscale.Command("nodes", "list", "-o", "json")).Contains("edge-a");
    }

    [Test]
    public async Task A_person_lets_a_node_in_by_the_URL()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var headscale = await Headscale.Start(limit.Token);
        await using var node = new Joined(headscale, "edge-c", withKey: false);
        var url = (await node.Status(status => status.State == ControlState.NeedsLogin, limit.Token)).LoginUrl;
        await headscale.Command("auth", "register", "--user", "alice", "--auth-id", url[(url.LastIndexOf('/') + 1)..]);
        await node.Map(map => map.Self.Name == "edge-c.edge.test.", limit.Token);
    }

    [Test]
    public async Task A_server_that_has_another_key_than_the_one_that_was_kept_is_joined_all_the_same()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var headscale = await Headscale.Start(limit.Token);
        await using var node = new Joined(headscale, "edge-d", serverKey: Edge.Tests.Control.ControlWorld.Key<MachineKind>(9));
        await node.Map(map => map.Self.Name == "edge-d.edge.test.", limit.Token);
        await Assert.That(node.Identity!.ServerKey).IsNotEqualTo(Edge.Tests.Control.ControlWorld.Key<MachineKind>(9));
    }

    /// <summary>A node that joined, with all that its session told.</summary>
    private sealed class Joined : IAsyncDisposable
    {
        private readonly Edge.Crypto.X25519KeyPair _machine;
        private readonly ControlLoop _loop;
        private readonly Channel<ControlAction> _told = Channel.CreateUnbounded<ControlAction>();

        public Joined(Headscale headscale, string name, Joined? again = null, bool withKey = true, KeyOf<MachineKind> serverKey = default)
        {
            _machine = again is null ? NoiseServer.NewKey() : new(again._machine.PrivateKey);
            var host = new HostInfo { Hostname = name, Os = "linux", BackendLogId = new string('0', 64), ClientVersion = "edge", Userspace = true };
            using var disco = NoiseServer.NewKey();
            var dialler = new ControlDialler(new Dialler(new NoNames(), TimeProvider.System), new Lazy<X509Certificate2Collection>(() => []), new SystemEntropy(), TimeProvider.System);
            var session = new ControlSession(new ControlOptions
            {
                Host = host,
                DiscoKey = new KeyOf<DiscoKind>(new Edge.Foundation.Keys.PublicKey(disco.PublicKey)),
                AuthKey = withKey ? headscale.AuthKey : null,
                NodeKey = again?.Identity is { } identity ? new PrivateKey(identity.NodeKey.KeyPair.PrivateKey) : null,
                IsRegistered = again is not null,
                ServerKey = again?.Identity?.ServerKey ?? serverKey,
            }, new SystemEntropy());
            session.SetReport(MonotonicClock.Now, host, [new OwnEndpoint(new Endpoint(IpAddress.V4(0x7f00_0001), 41641), EndpointKind.Local)]);
            _loop = new ControlLoop(session, new ControlClient(dialler, new ControlAddress(headscale.Url), _machine), TimeProvider.System, action =>
            {
                Identity = action as StoreIdentity ?? Identity;
                _told.Writer.TryWrite(action);
            });
        }

        public StoreIdentity? Identity { get; private set; }

        public async Task<NetworkMap> Map(Func<NetworkMap, bool> expected, CancellationToken cancellation) =>
            (await Told<PublishNetmap>(publish => expected(publish.Map), cancellation)).Map;

        public async Task<ControlStatus> Status(Func<ControlStatus, bool> expected, CancellationToken cancellation) =>
            (await Told<ShowStatus>(show => expected(show.Status), cancellation)).Status;

        public async Task Logout(CancellationToken cancellation)
        {
            await _loop.Logout(TimeSpan.FromSeconds(30));
            var status = await Status(status => status.State == ControlState.LoggedOut, cancellation);
            await Assert.That(status.Reason).IsEqualTo("");
        }

        public async ValueTask DisposeAsync()
        {
            await _loop.DisposeAsync();
            _machine.Dispose();
        }

        private async Task<T> Told<T>(Func<T, bool> expected, CancellationToken cancellation) where T : ControlAction
        {
            while (true)
            {
                if (await _told.Reader.ReadAsync(cancellation) is T told && expected(told)) return told;
            }
        }
    }

    private sealed class NoNames : IResolver
    {
        public ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation) =>
            throw new DialException(DialStep.LookUp, $"{host} is looked up");
    }
}
