using Edge.Dataplane;
using Edge.Dataplane.Tailnet;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Lab.World;
using Edge.Lab.World.Nat;
using Edge.Protocols.Disco;
using Edge.Protocols.Netstack;
using Edge.Protocols.Stun;
using Edge.Protocols.WireGuard;

namespace Edge.Tests.Dataplane;

/// <summary>Whole engines of a tailnet in virtual time: the netmap is scripted, NATs and the relay are models, and what arrives is compared to the last byte.</summary>
public sealed class TailnetEngineTests
{
    private const int Size = 3_000_000;

    private static readonly FilterRule s_everything = new()
    {
        Sources = [AddressRange.AllV4], Destinations = [new FilterDestination(AddressRange.AllV4, PortRange.All)],
    };

    [Test]
    public async Task A_stream_begins_by_the_relay_and_goes_on_directly_without_losing_a_byte()
    {
        var lab = new Lab(1, NatKind.PortRestricted, NatKind.PortRestricted);
        using var _ = lab;
        var transfer = lab.Run(Size, TimeSpan.FromMinutes(2));
        await Assert.That(transfer.Received).IsEqualTo(Size);
        await Assert.That(transfer.DoneAt).IsNotNull();
        await Assert.That(lab.A.StatusOf(lab.B).State).IsEqualTo(PathState.Direct);
        // The handshakes of WireGuard and TCP went there and back by the relay once each.
        await Assert.That(transfer.ConnectedAt!.Value - lab.Start).IsLessThanOrEqualTo(4 * lab.World.RelayDelay + TimeSpan.FromMilliseconds(1));
    }

    [Test]
    public async Task Where_there_is_no_direct_path_all_goes_by_the_relay()
    {
        var lab = new Lab(2, NatKind.Symmetric, NatKind.Symmetric);
        using var _ = lab;
        var transfer = lab.Run(Size, TimeSpan.FromMinutes(2));
        await Assert.That(transfer.Received).IsEqualTo(Size);
        lab.World.World.RunTo(lab.Start + TimeSpan.FromSeconds(6));
        await Assert.That(lab.A.StatusOf(lab.B).State).IsEqualTo(PathState.RelayOnly);
    }

    [Test]
    public async Task A_peer_that_has_not_told_its_home_is_answered_by_the_relay_it_comes_by()
    {
        var lab = new Lab(21, NatKind.Symmetric, NatKind.Symmetric);
        using var _ = lab;
        lab.B.Learn([lab.A.Node with { HomeRegion = 0 }], s_everything);
        var transfer = lab.Run(Size, TimeSpan.FromMinutes(2));
        await Assert.That(transfer.Received).IsEqualTo(Size);
        await Assert.That(transfer.ConnectedAt!.Value - lab.Start).IsLessThanOrEqualTo(4 * lab.World.RelayDelay + TimeSpan.FromMilliseconds(1));
    }

    /// <summary>A node that joins is in the netmap first, and then tells its disco key, its home and its endpoints.</summary>
    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_connection_waits_for_the_way_to_its_peer_and_not_for_the_next_handshake(bool hasDiscoKey)
    {
        using var lab = new Lab(22, NatKind.Symmetric, NatKind.Symmetric);
        lab.A.Learn([lab.B.Node with { HomeRegion = 0, Endpoints = [], DiscoKey = hasDiscoKey ? lab.B.Node.DiscoKey : default }], s_everything);
        var transfer = lab.A.Fetch(lab.B);
        lab.World.World.RunTo(lab.Start + TimeSpan.FromSeconds(1));
        await Assert.That(lab.A.Engine.Counters.Pathless).IsEqualTo(1);
        lab.A.Learn([lab.B.Node], s_everything);
        lab.World.World.RunTo(lab.Start + TimeSpan.FromSeconds(4));
        await Assert.That(transfer.ConnectedAt!.Value - lab.Start).IsLessThanOrEqualTo(TimeSpan.FromSeconds(1) + 4 * lab.World.RelayDelay + TimeSpan.FromMilliseconds(1));
    }

    /// <summary>There and back for DISCO's ping, for the handshake, and for TCP's.</summary>
    [Test]
    [Arguments(0)]
    [Arguments(1)]
    public async Task Without_a_relay_that_is_reached_the_handshake_goes_as_soon_as_a_direct_path_answers(int homeRegion)
    {
        using var lab = new Lab(23, NatKind.None, NatKind.None);
        (lab.A.HasRelay, lab.B.HasRelay) = (false, false);
        lab.A.Learn([lab.B.Node with { HomeRegion = homeRegion }], s_everything);
        var transfer = lab.A.Fetch(lab.B);
        lab.World.World.RunTo(lab.Start + TimeSpan.FromSeconds(4));
        await Assert.That(transfer.ConnectedAt!.Value - lab.Start).IsLessThanOrEqualTo(6 * lab.World.Delay + TimeSpan.FromMilliseconds(1));
    }

    [Test]
    public async Task A_handshake_that_was_lost_with_a_relay_goes_when_the_relay_is_back()
    {
        using var lab = new Lab(24, NatKind.Symmetric, NatKind.Symmetric);
        lab.A.HasRelay = false;
        var transfer = lab.A.Fetch(lab.B);
        lab.World.World.RunTo(lab.Start + TimeSpan.FromMilliseconds(500));
        lab.A.FindRelay();
        lab.World.World.RunTo(lab.Start + TimeSpan.FromSeconds(4));
        await Assert.That(transfer.ConnectedAt!.Value - lab.Start).IsLessThanOrEqualTo(TimeSpan.FromMilliseconds(501) + 4 * lab.World.RelayDelay);
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Who_talks_to_a_node_before_that_was_told_of_it_is_answered_when_it_is(bool isDirect)
    {
        var kind = isDirect ? NatKind.None : NatKind.Symmetric;
        using var lab = new Lab(25, kind, kind);
        lab.B.Learn(new NetworkMapBuilder { Self = lab.B.Node, Filter = [s_everything] }.ToMap());
        if (isDirect)
            (lab.A.HasRelay, lab.B.HasRelay) = (false, false);
        var transfer = lab.A.Fetch(lab.B);
        lab.World.World.RunTo(lab.Start + TimeSpan.FromSeconds(1));
        await Assert.That(lab.B.Engine.Device.PeerCount).IsEqualTo(0);
        lab.B.Learn([lab.A.Node], s_everything);
        lab.World.World.RunTo(lab.Start + TimeSpan.FromSeconds(4));
        await Assert.That(transfer.ConnectedAt!.Value - lab.Start).IsLessThanOrEqualTo(TimeSpan.FromMilliseconds(1001) + 5 * (isDirect ? lab.World.Delay : lab.World.RelayDelay));
    }

    [Test]
    public async Task A_node_that_starts_again_with_its_key_is_reached_at_once()
    {
        var world = new NatWorld(26);
        using var a = new TailnetHost(world, "a", 1, NatSite.Public, new Endpoint(IpAddress.V4(0xc633_6401), 41_641));
        var there = new Endpoint(IpAddress.V4(0xc633_6402), 41_641);
        using var b = new TailnetHost(world, "b", 2, NatSite.Public, there, Key()) { TotalBytes = 1000, ServedBytes = 1000 };
        Meet(b);
        var first = a.Fetch(b);
        world.World.RunTo(world.World.Now + TimeSpan.FromSeconds(20));
        await Assert.That(first.DoneAt).IsNotNull();

        using var again = new TailnetHost(world, "b", 2, NatSite.Public, there, Key()) { TotalBytes = 1000, ServedBytes = 1000 };
        Meet(again);
        var start = world.World.Now;
        var second = a.Fetch(again);
        world.World.RunTo(start + TimeSpan.FromSeconds(4));
        await Assert.That(second.ConnectedAt!.Value - start).IsLessThanOrEqualTo(4 * world.RelayDelay + TimeSpan.FromMilliseconds(1));

        void Meet(TailnetHost other)
        {
            a.Discover();
            other.Discover();
            world.World.RunTo(world.World.Now + TimeSpan.FromSeconds(4));
            other.Learn([a.Node], s_everything);
            a.Learn([other.Node], s_everything);
        }

        static PrivateKey Key()
        {
            var secret = new byte[32];
            secret[3] = 9;
            return new PrivateKey(secret);
        }
    }

    /// <summary>One small piece a second for two minutes: what is under way when the router forgets, and when all of UDP dies, is sent again by the relay.</summary>
    [Test]
    public async Task A_stream_outlives_a_NAT_that_forgets_and_a_path_that_dies()
    {
        var lab = new Lab(3, NatKind.PortRestricted, NatKind.PortRestricted);
        using var _ = lab;
        var world = lab.World.World;
        world.After(TimeSpan.FromSeconds(20), lab.B.Site.Boxes[0].Forget);
        world.After(TimeSpan.FromSeconds(60), () => lab.World.Loss = 1);
        for (var second = 1; second <= 120; second++)
        {
            var size = second * 10_000;
            world.After(TimeSpan.FromSeconds(second), () => lab.B.Serve(size));
        }
        var transfer = lab.Run(1_200_000, TimeSpan.FromMinutes(3), served: 0);
        await Assert.That(transfer.Received).IsEqualTo(1_200_000);
        await Assert.That(lab.A.StatusOf(lab.B).State).IsEqualTo(PathState.RelayOnly);
        var states = lab.B.Events.Where(e => e.Event.Kind == PathEventKind.State).Select(e => e.Event.State).ToArray();
        await Assert.That(states).Contains(PathState.Direct).And.Contains(PathState.Degraded).And.Contains(PathState.RelayOnly);
    }

    [Test]
    public async Task Without_a_rule_nothing_comes_in()
    {
        var lab = new Lab(4, NatKind.None, NatKind.None, rules: []);
        using var _ = lab;
        var transfer = lab.Run(Size, TimeSpan.FromMinutes(5));
        await Assert.That(transfer.Received).IsEqualTo(0);
        await Assert.That(transfer.Failure).IsEqualTo(CloseReason.TimedOut);
        await Assert.That(lab.B.Engine.Counters.Filtered).IsGreaterThan(0);
        await Assert.That(lab.B.Engine.Counters.Opened).IsEqualTo(0);
    }

    [Test]
    public async Task A_jailed_peer_opens_nothing_and_is_answered_by()
    {
        var lab = new Lab(5, NatKind.None, NatKind.None);
        using var _ = lab;
        lab.B.Learn([lab.A.Node with { IsJailed = true }], s_everything);
        (lab.A.TotalBytes, lab.A.ServedBytes) = (Size, Size);
        var blocked = lab.A.Fetch(lab.B);
        var answered = lab.B.Fetch(lab.A);
        lab.World.World.RunTo(lab.World.World.Now + TimeSpan.FromMinutes(5));
        await Assert.That(answered.Received).IsEqualTo(Size);
        await Assert.That(blocked.Failure).IsEqualTo(CloseReason.TimedOut);
    }

    [Test]
    public async Task A_peer_whose_key_ends_is_cut_off_at_that_time()
    {
        var lab = new Lab(6, NatKind.None, NatKind.None);
        using var _ = lab;
        var peers = lab.A.Engine.Tailnet!.Peers;
        var end = UtcTime.OfUnixSeconds(4_000_000_000);
        lab.A.Learn([lab.B.Node with { KeyExpiry = end }], s_everything);
        await Assert.That(peers.NextExpiry).IsEqualTo(end);
        peers.Expire(lab.World.World.Now, end + TimeSpan.FromSeconds(-1));
        await Assert.That(peers.Count).IsEqualTo(1);
        peers.Expire(lab.World.World.Now, end);
        await Assert.That(peers.Count).IsEqualTo(0);
        await Assert.That(lab.A.Engine.Device.PeerCount).IsEqualTo(0);
        await Assert.That(lab.A.Paths.PeerCount).IsEqualTo(0);
        await Assert.That(lab.A.Engine.Routes.Count).IsEqualTo(0);
        // A renewed key is another time.
        lab.A.Learn([lab.B.Node with { KeyExpiry = end + TimeSpan.FromDays(1) }], s_everything);
        await Assert.That(lab.A.Engine.Device.PeerCount).IsEqualTo(1);
    }

    [Test]
    public async Task A_peer_with_a_new_key_takes_its_own_place_and_streams_begin_anew()
    {
        var lab = new Lab(7, NatKind.None, NatKind.None);
        using var _ = lab;
        lab.Run(1000, TimeSpan.FromSeconds(10));
        using var again = new TailnetHost(lab.World, "b", 2, NatSite.Public, new Endpoint(IpAddress.V4(0xc633_6463), 41_641)) { TotalBytes = Size, ServedBytes = Size };
        again.Discover();
        lab.World.World.RunTo(lab.World.World.Now + TimeSpan.FromSeconds(4));
        again.Learn([lab.A.Node], s_everything);
        lab.A.Learn([again.Node], s_everything);
        var transfer = lab.A.Fetch(again);
        lab.World.World.RunTo(lab.World.World.Now + TimeSpan.FromMinutes(1));
        await Assert.That(transfer.Received).IsEqualTo(Size);
        await Assert.That(lab.A.Engine.Device.PeerCount).IsEqualTo(1);
    }

    [Test]
    public async Task Datagrams_from_the_address_that_stands_for_relays_are_not_relayed_ones()
    {
        var lab = new Lab(8, NatKind.None, NatKind.None);
        using var _ = lab;
        var initiation = new byte[148];
        initiation[0] = 1;
        lab.A.Engine.HandleDatagrams(lab.World.World.Now, RelayPath.Of(1), initiation, initiation.Length, join: null);
        await Assert.That(lab.A.Engine.Device.CountOf(OpenVerdict.WrongMac1)).IsEqualTo(0ul);
        lab.A.Engine.HandleDatagrams(lab.World.World.Now, new DatagramPath(new Endpoint(IpAddress.V4(0x7f00_0001), 1), default), initiation, initiation.Length, join: null);
        await Assert.That(lab.A.Engine.Device.CountOf(OpenVerdict.WrongMac1)).IsEqualTo(1ul);
    }

    [Test]
    public async Task The_check_of_STUN_servers_uses_the_socket_of_the_peers()
    {
        var random = new SeededRandom(9);
        var secret = new byte[32];
        random.Fill(secret);
        using var key = new PrivateKey(secret);
        var (routes, filter, check) = (new Edge.Protocols.Routes.Routes(), new Edge.Protocols.Filter.Filter(), new NetCheck(random));
        var device = new WireGuardDevice(new DeviceOptions { PrivateKey = secret }, random);
        var paths = new PathDiscovery(key, key.PublicKey, new DiscoOptions(), random);
        using var engine = new Engine(device, routes, null, new EngineTailnet(paths, filter, new TailnetPeers(device, routes, paths, filter), check));
        using var outbox = new SealedOutbox();
        var (server, mapped, now) = (new Endpoint(IpAddress.V4(0xc633_6401), 3478), new Endpoint(IpAddress.V4(0xcb00_7105), 4711), new Timestamp(1_000_000_000));
        check.Begin(now, [new StunTarget(900, server)]);
        await Assert.That(engine.NextDeadline).IsEqualTo(now);
        await Assert.That(engine.Poll(now, DateTimeOffset.UnixEpoch, outbox)).IsTrue();
        await Assert.That(outbox.Runs[0].Path.Remote).IsEqualTo(server);
        var answer = Answer(outbox, mapped);
        engine.HandleDatagrams(now + TimeSpan.FromMilliseconds(5), new DatagramPath(server, default), answer, answer.Length, join: null);
        outbox.Clear();
        engine.Poll(now + TimeSpan.FromSeconds(4), DateTimeOffset.UnixEpoch, outbox);
        await Assert.That(check.IsRunning).IsFalse();
        await Assert.That(check.Report.MappedV4).IsEqualTo(mapped);
        for (var verdict = OpenVerdict.TooShort; verdict <= OpenVerdict.AnswersFull; verdict++)
            await Assert.That(device.CountOf(verdict)).IsEqualTo(0ul);
    }

    /// <summary>What a STUN server says to the first datagram of an outbox.</summary>
    private static byte[] Answer(SealedOutbox outbox, Endpoint mapped)
    {
        var answer = new byte[StunBinding.MaxResponseSize];
        StunBinding.ReadRequest(outbox.Slab.Slice(outbox.Runs[0].Offset, outbox.Runs[0].Length), out var transaction);
        return answer[..StunBinding.WriteResponse(answer, transaction, mapped)];
    }

    /// <summary>Two nodes that know of each other.</summary>
    private sealed class Lab : IDisposable
    {
        public Lab(ulong seed, NatKind a, NatKind b, FilterRule[]? rules = null)
        {
            rules ??= [s_everything];
            World = new NatWorld(seed);
            A = Host("a", 1, a);
            B = Host("b", 2, b);
            A.Discover();
            B.Discover();
            World.World.RunTo(World.World.Now + TimeSpan.FromSeconds(4));
            A.Learn([B.Node], rules);
            B.Learn([A.Node], rules);
            Start = World.World.Now;
        }

        public NatWorld World { get; }

        public TailnetHost A { get; }

        public TailnetHost B { get; }

        public Timestamp Start { get; }

        /// <summary>A fetches from B, which has some or all of it at first.</summary>
        public TailnetHost.Transfer Run(int size, TimeSpan limit, int? served = null)
        {
            B.TotalBytes = size;
            B.ServedBytes = served ?? size;
            var transfer = A.Fetch(B);
            var end = World.World.Now + limit;
            while (World.World.Now < end && transfer.DoneAt is null && transfer.Failure == CloseReason.None)
                World.World.RunTo(World.World.Now + TimeSpan.FromMilliseconds(100));
            return transfer;
        }

        public void Dispose()
        {
            A.Dispose();
            B.Dispose();
        }

        private TailnetHost Host(string name, int number, NatKind kind)
        {
            if (kind == NatKind.None)
                return new TailnetHost(World, name, number, NatSite.Public, new Endpoint(IpAddress.V4(0xc633_6400 + (uint)number), 41_641));
            var site = new NatSite([new NatBox(kind, World.NextPublic(), TimeSpan.FromSeconds(30), hairpins: false)]);
            World.Join(site);
            return new TailnetHost(World, name, number, site, new Endpoint(IpAddress.V4(0xc0a8_0000 + ((uint)number << 8) + 10), 41_641));
        }
    }
}
