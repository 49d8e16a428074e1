using Edge.Crypto;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.Disco;
using Edge.Tests.Wire;
using Edge.Tests.WireGuard;

namespace Edge.Tests.Disco;

/// <summary>One core and what comes to it.</summary>
public sealed class PathDiscoveryTests
{
    private static readonly PeerId s_peer = new(1);
    private static readonly Endpoint s_there = new(IpAddress.V4(0xc000_0201), 41_641);
    private static readonly DatagramPath s_path = new(s_there, default);

    private readonly PrivateKey _ours = Key(1);
    private readonly PrivateKey _theirs = Key(2);
    private readonly PublicKey _ourNode = Key(3).PublicKey;
    private readonly PublicKey _theirNode = Key(4).PublicKey;
    private readonly byte[] _buffer = new byte[PathDiscovery.PollBufferSize];
    private Timestamp _now = new(1_000_000_000_000);

    [Test]
    public async Task Recorded_packets_open_and_are_sealed_again_byte_for_byte()
    {
        foreach (var message in Vectors.Json("disco", "messages.json").EnumerateArray())
        {
            var shared = new byte[CryptoBox.SharedKeySize];
            CryptoBox.Precompute(message.Hex("receiver_private"), message.Hex("sender_public"), shared);
            await Assert.That(Opened(shared, message.Hex("packet"))).IsEqualTo(message.Text("plaintext"));
            var plaintext = message.Hex("plaintext");
            var packet = new byte[plaintext.Length + DiscoBox.Overhead];
            DiscoBox.Seal(shared, new PublicKey(message.Hex("sender_public")), message.Hex("nonce"), plaintext, packet);
            await Assert.That(Convert.ToHexStringLower(packet)).IsEqualTo(message.Text("packet"));
        }
    }

    [Test]
    public async Task Damaged_packets_open_or_not_as_the_real_program_says()
    {
        foreach (var verdict in Vectors.Json("disco", "packet_verdicts.json").EnumerateArray())
        {
            var shared = new byte[CryptoBox.SharedKeySize];
            var packet = verdict.Hex("packet");
            var opened = verdict.Has("source") && CryptoBox.Precompute(verdict.Hex("receiver_private"), verdict.Hex("source"), shared) ? Opened(shared, packet) : null;
            await Assert.That(opened).IsEqualTo(verdict.GetProperty("opens").GetBoolean() ? verdict.Text("plaintext") : null).Because(verdict.Text("why"));
        }
    }

    [Test]
    public async Task A_ping_is_answered_on_the_way_it_came_and_pinged_back()
    {
        using var core = Core();
        Add(core);
        await Assert.That(core.Handle(_now, Sealed(Ping(7)), s_path)).IsEqualTo(DiscoVerdict.Ping);
        var (pong, path) = Polled(core);
        await Assert.That(pong).IsEqualTo($"Pong 7 {s_there}");
        await Assert.That(path).IsEqualTo(s_there);
        var (ping, _) = Polled(core);
        await Assert.That(ping).StartsWith("Ping ");
        await Assert.That(core.Poll(_now, _buffer, out _)).IsFalse();
    }

    [Test]
    public async Task A_relayed_ping_is_answered_by_that_relay()
    {
        using var core = Core();
        Add(core);
        await Assert.That(core.HandleRelayed(_now, Sealed(Ping(7)), 5, _theirNode)).IsEqualTo(DiscoVerdict.Ping);
        await Assert.That(core.Poll(_now, _buffer, out var outgoing)).IsTrue();
        await Assert.That((outgoing.Region, outgoing.NodeKey, outgoing.Path)).IsEqualTo((5, _theirNode, default(DatagramPath)));
        await Assert.That(Describe(outgoing)).IsEqualTo("Pong 7 127.3.3.40:5");
        await Assert.That(core.Poll(_now, _buffer, out _)).IsFalse();
    }

    [Test]
    public async Task Strangers_forgeries_and_relays_that_name_somebody_else_change_nothing()
    {
        using var core = Core();
        Add(core);
        var genuine = Sealed(Ping(7));
        await Assert.That(core.Handle(_now, "hello, who is there, and why?"u8, s_path)).IsEqualTo(DiscoVerdict.NotDisco);
        await Assert.That(core.Handle(_now, Sealed(Ping(7), Key(9)), s_path)).IsEqualTo(DiscoVerdict.UnknownSender);
        await Assert.That(core.HandleRelayed(_now, genuine, 1, _ourNode)).IsEqualTo(DiscoVerdict.UnknownSender);
        genuine[^1] ^= 1;
        await Assert.That(core.Handle(_now, genuine, s_path)).IsEqualTo(DiscoVerdict.Forged);
        await Assert.That(core.Handle(_now, Sealed([0, 0]), s_path)).IsEqualTo(DiscoVerdict.Malformed);
        await Assert.That(core.Handle(_now, Sealed(CallMeMaybe(s_there)), s_path)).IsEqualTo(DiscoVerdict.WrongWay);
        await Assert.That(core.Poll(_now, _buffer, out _)).IsFalse();
        await Assert.That(core.StatusOf(s_peer).Candidates).IsEqualTo(0);
    }

    [Test]
    public async Task A_pong_counts_only_from_where_the_ping_went_and_once()
    {
        using var core = Core();
        Add(core, s_there);
        core.PathOf(_now, s_peer);
        await Assert.That(core.Poll(_now, _buffer, out var outgoing)).IsTrue();
        var transaction = TransactionOf(outgoing);
        _now += TimeSpan.FromMilliseconds(30);
        var pong = Sealed(Pong(transaction));
        await Assert.That(core.Handle(_now, Sealed(Pong(new byte[12])), s_path)).IsEqualTo(DiscoVerdict.UnknownPing);
        await Assert.That(core.StatusOf(s_peer).State).IsEqualTo(PathState.Probing);
        await Assert.That(core.Handle(_now, pong, s_path)).IsEqualTo(DiscoVerdict.Pong);
        await Assert.That(core.StatusOf(s_peer)).IsEqualTo(new PathStatus(PathState.Direct, s_there, 1, TimeSpan.FromMilliseconds(30), 1));
        await Assert.That(core.Handle(_now, pong, s_path)).IsEqualTo(DiscoVerdict.UnknownPing);
        await Assert.That(core.PathOf(_now, s_peer)).IsEqualTo(new PeerPath(s_path, 0));
    }

    [Test]
    public async Task A_pong_from_elsewhere_is_refused()
    {
        using var core = Core();
        Add(core, s_there);
        core.PathOf(_now, s_peer);
        core.Poll(_now, _buffer, out var outgoing);
        var elsewhere = new DatagramPath(s_there with { Port = 1 }, default);
        await Assert.That(core.Handle(_now, Sealed(Pong(TransactionOf(outgoing))), elsewhere)).IsEqualTo(DiscoVerdict.WrongWay);
        await Assert.That(core.StatusOf(s_peer).State).IsEqualTo(PathState.Probing);
    }

    [Test]
    public async Task A_call_is_pinged_wherever_it_says_but_where_nobody_can_be()
    {
        using var core = Core();
        Add(core);
        var endpoints = Enumerable.Range(1, 60).Select(i => new Endpoint(IpAddress.V4(0xcb00_7100 + (uint)i), 1)).ToList();
        endpoints.InsertRange(0, [new(IpAddress.V4(0xe000_0001), 1), new(default, 1), s_there with { Port = 0 }, new(IpAddress.V4(uint.MaxValue), 1)]);
        await Assert.That(core.HandleRelayed(_now, Sealed(CallMeMaybe([.. endpoints])), 1, _theirNode)).IsEqualTo(DiscoVerdict.CallMeMaybe);
        var pinged = new HashSet<Endpoint>();
        while (core.Poll(_now, _buffer, out var outgoing))
            pinged.Add(outgoing.Path.Remote);
        await Assert.That(pinged.Count).IsEqualTo(DiscoLimits.MaxCandidates - 4);
        await Assert.That(pinged.All(remote => remote.Address.V4Bits >> 8 == 0xcb0071)).IsTrue();
        // The same again at once causes nothing.
        core.HandleRelayed(_now, Sealed(CallMeMaybe([.. endpoints])), 1, _theirNode);
        await Assert.That(core.Poll(_now, _buffer, out _)).IsFalse();
    }

    [Test]
    public async Task A_thousand_sources_of_pings_leave_no_more_than_the_candidates_that_fit()
    {
        using var core = Core();
        Add(core, s_there);
        for (var i = 0; i < 1000; i++)
        {
            core.Handle(_now, Sealed(Ping(1)), new DatagramPath(new Endpoint(IpAddress.V4(0xcb00_0000 + (uint)i), 1), default));
            while (core.Poll(_now, _buffer, out _))
            {
            }
            _now += TimeSpan.FromMilliseconds(1);
        }
        await Assert.That(core.StatusOf(s_peer).Candidates).IsEqualTo(DiscoLimits.MaxCandidates);
        // What the netmap names outlives what was only heard.
        core.PathOf(_now + TimeSpan.FromMinutes(1), s_peer);
        var pinged = new HashSet<Endpoint>();
        while (core.Poll(_now + TimeSpan.FromMinutes(1), _buffer, out var outgoing))
            pinged.Add(outgoing.Path.Remote);
        await Assert.That(pinged).Contains(s_there);
    }

    [Test]
    public async Task The_call_follows_the_pings_and_names_fresh_endpoints_only()
    {
        using var core = Core();
        Add(core, s_there);
        core.PathOf(_now, s_peer);
        await Assert.That(Drain(core)).IsEquivalentTo(["Ping"]);
        await Assert.That(core.NeedsEndpoints).IsTrue();
        core.SetLocalEndpoints(_now, [s_there with { Port = 9 }]);
        await Assert.That(core.NeedsEndpoints).IsFalse();
        await Assert.That(Drain(core)).IsEquivalentTo([$"CallMeMaybe {s_there with { Port = 9 }}"]);
        _now += TimeSpan.FromSeconds(5);
        await Assert.That(Drain(core)).IsEquivalentTo(["Ping", $"CallMeMaybe {s_there with { Port = 9 }}"], TUnit.Assertions.Enums.CollectionOrdering.Matching);
    }

    [Test]
    public async Task A_peer_that_started_anew_is_looked_for_anew()
    {
        using var core = Core();
        Add(core, s_there);
        core.PathOf(_now, s_peer);
        core.Poll(_now, _buffer, out var outgoing);
        core.Handle(_now, Sealed(Pong(TransactionOf(outgoing))), s_path);
        await Assert.That(core.PathOf(_now, s_peer).IsDirect).IsTrue();
        core.SetPeer(_now, new DiscoPeerOptions { Id = s_peer, NodeKey = _theirNode, DiscoKey = Key(5).PublicKey, HomeRegion = 1, Endpoints = [s_there] });
        await Assert.That(core.PathOf(_now, s_peer)).IsEqualTo(new PeerPath(default, 1));
        await Assert.That(core.Handle(_now, Sealed(Ping(1)), s_path)).IsEqualTo(DiscoVerdict.UnknownSender);
        await Assert.That(Drain(core, Key(5))).Contains("Ping");
    }

    [Test]
    public async Task A_plain_WireGuard_peer_is_where_the_netmap_says()
    {
        using var core = Core();
        core.SetPeer(_now, new DiscoPeerOptions { Id = s_peer, NodeKey = _theirNode, DiscoKey = default, Endpoints = [s_there] });
        await Assert.That(core.PathOf(_now, s_peer)).IsEqualTo(new PeerPath(s_path, 0));
        await Assert.That(core.Poll(_now, _buffer, out _)).IsFalse();
    }

    [Test]
    public async Task Removed_peers_leave_nothing_behind()
    {
        using var core = Core();
        Add(core, s_there);
        core.PathOf(_now, s_peer);
        core.Poll(_now, _buffer, out var outgoing);
        core.Handle(_now, Sealed(Ping(3)), s_path);
        await Assert.That(core.RemovePeer(s_peer)).IsTrue();
        await Assert.That(core.Handle(_now, Sealed(Pong(TransactionOf(outgoing))), s_path)).IsEqualTo(DiscoVerdict.UnknownSender);
        await Assert.That(core.Poll(_now, _buffer, out _)).IsFalse();
        await Assert.That(core.Poll(_now + TimeSpan.FromMinutes(5), _buffer, out _)).IsFalse();
        await Assert.That(core.NextDeadline).IsEqualTo(Timestamp.Never);
        await Assert.That(core.RemovePeer(s_peer)).IsFalse();
    }

    [Test]
    public async Task A_ping_that_was_asked_for_tells_its_pongs_by_endpoint_and_by_relay()
    {
        using var core = Core();
        Add(core, s_there);
        await Assert.That(core.Ping(_now, s_peer)).IsTrue();
        var outgoing = new List<(DiscoOutgoing Outgoing, byte[] Transaction)>();
        while (core.Poll(_now, _buffer, out var polled))
            outgoing.Add((polled, TransactionOf(polled)));
        _now += TimeSpan.FromMilliseconds(12);
        foreach (var (sent, transaction) in outgoing)
        {
            if (sent.Region == 0)
                core.Handle(_now, Sealed(Pong(transaction)), sent.Path);
            else
                core.HandleRelayed(_now, Sealed(Pong(transaction)), sent.Region, _theirNode);
        }
        var pongs = new List<string>();
        while (core.TryTakeEvent(out var happened))
        {
            if (happened.Kind == PathEventKind.Pong)
                pongs.Add($"{(happened.Region == 0 ? happened.Remote : happened.Region)} {happened.Latency.TotalMilliseconds}");
        }
        await Assert.That(pongs).IsEquivalentTo([$"{s_there} 12", "1 12"]);
    }

    /// <summary>A relay near by may answer sooner than the path that is in use.</summary>
    [Test]
    public async Task A_path_that_is_trusted_is_pinged_alone()
    {
        using var core = Core();
        Add(core, s_there);
        core.Ping(_now, s_peer);
        var pongs = new List<(DiscoOutgoing Outgoing, byte[] Transaction)>();
        while (core.Poll(_now, _buffer, out var polled))
            pongs.Add((polled, TransactionOf(polled)));
        var (direct, transaction) = pongs.First(static sent => sent.Outgoing.Region == 0);
        core.Handle(_now, Sealed(Pong(transaction)), direct.Path);
        await Assert.That(core.StatusOf(s_peer).State).IsEqualTo(PathState.Direct);
        await Assert.That(core.Ping(_now, s_peer)).IsTrue();
        await Assert.That(core.Poll(_now, _buffer, out var alone)).IsTrue();
        await Assert.That((alone.Region, alone.Path.Remote)).IsEqualTo((0, s_there));
        await Assert.That(core.Poll(_now, _buffer, out _)).IsFalse();
        await Assert.That(core.Ping(_now + core.TrustTime, s_peer)).IsTrue();
        var regions = new List<int>();
        while (core.Poll(_now + core.TrustTime, _buffer, out var polled))
            regions.Add(polled.Region);
        await Assert.That(regions).Contains(1);
    }

    [Test]
    public async Task Better_is_faster_by_more_than_a_hundredth_and_near_networks_count_for_more()
    {
        await Assert.That(Of(100, 0xcb00_7101).IsBetterThan(Of(100.5, 0xcb00_7102))).IsFalse();
        await Assert.That(Of(98, 0xcb00_7101).IsBetterThan(Of(100, 0xcb00_7102))).IsTrue();
        await Assert.That(Of(110, 0xc0a8_0001).IsBetterThan(Of(100, 0xcb00_7102))).IsTrue();
        await Assert.That(Of(150, 0xc0a8_0001).IsBetterThan(Of(100, 0xcb00_7102))).IsFalse();
        await Assert.That(Of(150, 0x7f00_0001).IsBetterThan(Of(100, 0xcb00_7102))).IsTrue();

        static Candidate Of(double milliseconds, uint address) =>
            new() { Remote = new Endpoint(IpAddress.V4(address), 1), Latency = TimeSpan.FromMilliseconds(milliseconds) };
    }

    private PathDiscovery Core() => new(_ours, _ourNode, new DiscoOptions(), new ScriptedEntropy());

    private void Add(PathDiscovery core, params Endpoint[] endpoints) =>
        core.SetPeer(_now, new DiscoPeerOptions { Id = s_peer, NodeKey = _theirNode, DiscoKey = _theirs.PublicKey, HomeRegion = 1, Endpoints = endpoints });

    private (string Message, Endpoint Remote) Polled(PathDiscovery core) =>
        core.Poll(_now, _buffer, out var outgoing) ? (Describe(outgoing), outgoing.Path.Remote) : ("nothing", default);

    /// <summary>All that is to be sent, pings without their transactions.</summary>
    private List<string> Drain(PathDiscovery core, PrivateKey? receiver = null)
    {
        var messages = new List<string>();
        while (core.Poll(_now, _buffer, out var outgoing))
            messages.Add(Describe(outgoing, receiver) is var text && text.StartsWith("Ping", StringComparison.Ordinal) ? "Ping" : text);
        return messages;
    }

    private string Describe(DiscoOutgoing outgoing, PrivateKey? receiver = null)
    {
        var message = MessageOf(outgoing, receiver);
        if (DiscoPing.TryRead(message, out var ping))
            return $"Ping {Convert.ToHexStringLower(ping.TxId)}";
        if (DiscoPong.TryRead(message, out var pong))
            return $"Pong {pong.TxId[0]} {new Endpoint(new IpAddress(pong.Source.Address), pong.Source.Port)}";
        if (!DiscoCallMeMaybe.TryRead(message, out var call))
            return "?";
        var text = "CallMeMaybe";
        var endpoints = new DiscoEndpoints(call.Endpoints);
        while (endpoints.TryNext(out var endpoint))
            text += $" {new Endpoint(new IpAddress(endpoint.Address), endpoint.Port)}";
        return text;
    }

    private byte[] TransactionOf(DiscoOutgoing outgoing) => MessageOf(outgoing, null)[2..14];

    private byte[] MessageOf(DiscoOutgoing outgoing, PrivateKey? receiver)
    {
        var shared = new byte[CryptoBox.SharedKeySize];
        CryptoBox.Precompute((receiver ?? _theirs).KeyPair.PrivateKey, _ours.PublicKey.Bytes, shared);
        return Convert.FromHexString(Opened(shared, _buffer.AsSpan(0, outgoing.Length).ToArray())!);
    }

    private byte[] Sealed(byte[] message, PrivateKey? sender = null)
    {
        sender ??= _theirs;
        var shared = new byte[CryptoBox.SharedKeySize];
        CryptoBox.Precompute(sender.KeyPair.PrivateKey, _ours.PublicKey.Bytes, shared);
        var packet = new byte[message.Length + DiscoBox.Overhead];
        DiscoBox.Seal(shared, sender.PublicKey, new byte[24], message, packet);
        return packet;
    }

    private static string? Opened(byte[] shared, byte[] bytes)
    {
        if (!DiscoPacket.TryRead(bytes, out var packet))
            return null;
        var message = new byte[2048];
        var size = DiscoBox.Open(shared, packet, message);
        return size < 0 ? null : Convert.ToHexStringLower(message.AsSpan(0, size));
    }

    private byte[] Ping(byte number)
    {
        var message = new byte[DiscoPing.Size];
        DiscoPing.Write(message, [number, .. new byte[11]], _theirNode.Bytes, default);
        return message;
    }

    private static byte[] Pong(byte[] transaction)
    {
        var message = new byte[DiscoPong.Size];
        DiscoPong.Write(message, transaction, default, 0);
        return message;
    }

    private static byte[] CallMeMaybe(params Endpoint[] endpoints)
    {
        var message = new byte[DiscoCallMeMaybe.Size + endpoints.Length * DiscoEndpoint.Size];
        var at = DiscoCallMeMaybe.WriteHeader(message);
        foreach (var endpoint in endpoints)
            at += DiscoEndpoint.Write(message.AsSpan(at), endpoint.Address.Bits, endpoint.Port);
        return message;
    }

    // The three lowest bits of a private key do not count.
    private static PrivateKey Key(byte number) => new([(byte)(number << 3), .. new byte[31]]);
}
