using Edge.Foundation.Time;
using Edge.Protocols.WireGuard;

namespace Edge.Tests.WireGuard;

/// <summary>Two devices and a clock in the test's hands.</summary>
public sealed class SessionTests
{
    private static readonly Timestamp s_start = new(1_000_000_000);

    [Test]
    public async Task A_staged_packet_begins_a_handshake_and_arrives_after_it()
    {
        var (a, b) = Side.Pair();
        await Assert.That(a.Send(s_start, Side.Packet(100, 7))).IsNull();
        var packets = Side.Settle(s_start, a, b);
        await Assert.That(packets.Single().AsSpan().SequenceEqual(Side.Packet(100, 7))).IsTrue();
        await Assert.That(a.Device.StatusOf(a.Peer).HasHandshake && b.Device.StatusOf(b.Peer).HasHandshake).IsTrue();
        await Assert.That(b.Device.PathOf(b.Peer)).IsEqualTo(a.Path);
        await Assert.That(b.Receive(s_start, b.Send(s_start, Side.Packet(60))!, b).Verdict).IsEqualTo(OpenVerdict.UnknownReceiver);
    }

    [Test]
    public async Task Different_preshared_keys_make_no_session()
    {
        byte[] a = new byte[32], b = new byte[32], psk = new byte[32];
        (a[1], b[1], psk[0]) = (1, 2, 3);
        var first = new Side(a, Side.PublicOf(b), psk);
        var second = new Side(b, Side.PublicOf(a));
        first.Device.Connect(s_start, first.Peer);
        await Assert.That(second.Receive(s_start, first.Poll(s_start).Single(), first).Verdict).IsEqualTo(OpenVerdict.Handshake);
        await Assert.That(first.Receive(s_start, second.Poll(s_start).Single(), second).Verdict).IsEqualTo(OpenVerdict.HandshakeForged);
        await Assert.That(first.Device.CurrentSessionOf(first.Peer)).IsNull();
    }

    [Test]
    public async Task An_unanswered_initiation_is_repeated_every_5_seconds_for_90_and_then_given_up()
    {
        var (a, _) = Side.Pair();
        a.Device.Stage(s_start, a.Peer, Side.Packet(100));
        var times = new List<double>();
        var stamps = new HashSet<HandshakeStamp>();
        for (var now = s_start; now != Timestamp.Never && times.Count < 100; now = a.Device.NextDeadline)
        {
            foreach (var _ in a.Poll(now))
                times.Add((now - s_start).TotalSeconds);
            stamps.Add(a.Device.LatestStamp);
        }
        await Assert.That(times.Zip(times.Skip(1), (x, y) => y - x).All(gap => gap is >= 5 and <= 5.334)).IsTrue();
        await Assert.That(times[^1]).IsLessThan(90);
        await Assert.That(times[^1]).IsGreaterThan(84);
        await Assert.That(a.Device.StatusOf(a.Peer).Staged).IsEqualTo(0);
        await Assert.That(a.Device.LostStaged).IsEqualTo(1UL);
        await Assert.That(a.Device.StatusOf(a.Peer).IsHandshaking).IsFalse();
        await Assert.That(stamps.Count).IsGreaterThanOrEqualTo(times.Count);
    }

    [Test]
    public async Task The_initiator_alone_renews_a_session_that_it_sends_with_after_120_seconds()
    {
        var (a, b) = Connected(out var now);
        foreach (var (side, seconds, expected) in new[] { (a, 120, 0), (b, 121, 0), (a, 121, 1) })
        {
            var at = now + TimeSpan.FromSeconds(seconds);
            side.Send(at, Side.Packet(60));
            var initiations = side.Poll(at).Count(datagram => datagram[0] == 1);
            await Assert.That(initiations).IsEqualTo(expected);
        }
    }

    [Test]
    public async Task The_initiator_renews_a_session_that_it_only_receives_with_after_165_seconds()
    {
        var (a, b) = Connected(out var now);
        foreach (var (seconds, expected) in new[] { (165, 0), (166, 1), (167, 0) })
        {
            var at = now + TimeSpan.FromSeconds(seconds);
            a.Receive(at, b.Send(at, Side.Packet(60))!, b);
            await Assert.That(a.Poll(at).Count(datagram => datagram[0] == 1)).IsEqualTo(expected);
        }
    }

    [Test]
    public async Task After_180_seconds_a_session_neither_sends_nor_receives_and_its_keys_are_zero()
    {
        var (a, b) = Connected(out var now);
        var last = now + TimeSpan.FromSeconds(180) - TimeSpan.FromTicks(1);
        var inTime = b.Send(last, Side.Packet(60))!;
        var late = b.Send(last, Side.Packet(60))!;
        await Assert.That(a.Receive(last, inTime, b).Verdict).IsEqualTo(OpenVerdict.Packet);
        var over = now + TimeSpan.FromSeconds(180);
        await Assert.That(a.Receive(over, late, b).Verdict).IsEqualTo(OpenVerdict.Expired);
        await Assert.That(a.Send(over, Side.Packet(60))).IsNull();
        var session = a.Device.CurrentSessionOf(a.Peer)!;
        a.Poll(over);
        await Assert.That(a.Device.CurrentSessionOf(a.Peer)).IsNull();
        await Assert.That(session.SendKey.ContainsAnyExcept((byte)0) || session.ReceiveKey.ContainsAnyExcept((byte)0)).IsFalse();
    }

    [Test]
    public async Task Received_data_is_answered_by_a_keepalive_after_10_seconds_unless_something_else_was_sent()
    {
        var (a, b) = Connected(out var now);
        b.Receive(now, a.Send(now, Side.Packet(60))!, a);
        await Assert.That(b.Poll(now + TimeSpan.FromSeconds(9.9))).IsEmpty();
        await Assert.That(b.Poll(now + TimeSpan.FromSeconds(10)).Single().Length).IsEqualTo(32);

        now += TimeSpan.FromSeconds(20);
        b.Receive(now, a.Send(now, Side.Packet(60))!, a);
        b.Send(now + TimeSpan.FromSeconds(5), Side.Packet(60));
        await Assert.That(b.Poll(now + TimeSpan.FromSeconds(11))).IsEmpty();
    }

    [Test]
    public async Task A_keepalive_is_not_answered()
    {
        var (a, b) = Connected(out var now);
        a.Device.Connect(now, a.Peer);
        await Assert.That(b.Receive(now, a.Poll(now).Single(), a).Verdict).IsEqualTo(OpenVerdict.Keepalive);
        await Assert.That(b.Poll(now + TimeSpan.FromSeconds(60))).IsEmpty();
    }

    [Test]
    public async Task Data_without_any_answer_for_15_seconds_begins_a_handshake()
    {
        var (a, _) = Connected(out var now);
        a.Send(now, Side.Packet(60));
        await Assert.That(a.Poll(now + TimeSpan.FromSeconds(14.9))).IsEmpty();
        await Assert.That(a.Poll(now + TimeSpan.FromSeconds(15.4)).Single()[0]).IsEqualTo((byte)1);
    }

    [Test]
    public async Task A_persistent_keepalive_is_sent_when_nothing_else_passed_for_its_interval()
    {
        var (a, b) = Connected(out var now);
        a.Device.SetPersistentKeepalive(now, a.Peer, TimeSpan.FromSeconds(25));
        await Assert.That(a.Poll(now).Single().Length).IsEqualTo(32);
        a.Send(now + TimeSpan.FromSeconds(10), Side.Packet(60));
        a.Receive(now + TimeSpan.FromSeconds(11), b.Send(now + TimeSpan.FromSeconds(11), Side.Packet(60))!, b);
        a.Poll(now + TimeSpan.FromSeconds(21));
        await Assert.That(a.Poll(now + TimeSpan.FromSeconds(45))).IsEmpty();
        await Assert.That(a.Poll(now + TimeSpan.FromSeconds(46)).Single().Length).IsEqualTo(32);
    }

    [Test]
    public async Task A_session_is_renewed_after_2_to_the_60_messages_and_ends_at_its_limit()
    {
        var (a, b) = Connected(out var now);
        var session = a.Device.CurrentSessionOf(a.Peer)!;
        session.NextCounter = WireGuardLimits.RekeyAfterMessages;
        a.Send(now, Side.Packet(60));
        await Assert.That(a.Poll(now)).IsEmpty();
        a.Send(now + TimeSpan.FromSeconds(6), Side.Packet(60));
        await Assert.That(a.Poll(now + TimeSpan.FromSeconds(6)).Single()[0]).IsEqualTo((byte)1);

        session.NextCounter = WireGuardLimits.RejectAfterMessages - 1;
        await Assert.That(b.Receive(now, a.Send(now, Side.Packet(60))!, a).Verdict).IsEqualTo(OpenVerdict.Packet);
        await Assert.That(a.Send(now, Side.Packet(60))).IsNull();
    }

    [Test]
    public async Task Crossing_initiations_end_in_one_session_that_both_send_with()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var (a, b) = Side.Pair(seed: seed);
            a.Send(s_start, Side.Packet(60, 1));
            b.Send(s_start, Side.Packet(60, 2));
            byte[] fromA = a.Poll(s_start).Single(), fromB = b.Poll(s_start).Single();
            a.Receive(s_start, fromB, b);
            b.Receive(s_start, fromA, a);
            var packets = Side.Settle(s_start, a, b);
            await Assert.That(packets.Count).IsEqualTo(2);
            var x = a.Device.CurrentSessionOf(a.Peer)!;
            var y = b.Device.CurrentSessionOf(b.Peer)!;
            await Assert.That(x.SendKey.SequenceEqual(y.ReceiveKey) && x.IsInitiator != y.IsInitiator).IsTrue().Because($"seed {seed}");
        }
    }

    [Test]
    public async Task A_peer_roams_with_its_next_authentic_message_and_not_with_a_forged_one()
    {
        var (a, b) = Connected(out var now);
        var sent = a.Send(now, Side.Packet(60))!;
        a.Path = a.Path with { Remote = a.Path.Remote with { Port = 999 } };
        var forged = (byte[])sent.Clone();
        forged[20] ^= 1;
        await Assert.That(b.Receive(now, forged, a).Verdict).IsEqualTo(OpenVerdict.Forged);
        await Assert.That(b.Device.PathOf(b.Peer)).IsNotEqualTo(a.Path);
        await Assert.That(b.Receive(now, sent, a).Verdict).IsEqualTo(OpenVerdict.Packet);
        await Assert.That(b.Device.PathOf(b.Peer)).IsEqualTo(a.Path);
    }

    [Test]
    public async Task Stamps_never_go_back_with_the_wall_clock_nor_over_a_restart()
    {
        var (a, _) = Side.Pair();
        var wall = DateTimeOffset.UnixEpoch.AddYears(56);
        a.Device.Connect(s_start, a.Peer);
        a.Poll(s_start, wall);
        var first = a.Device.LatestStamp;
        await Assert.That(first).IsEqualTo(HandshakeStamp.Of(wall));
        a.Poll(s_start + TimeSpan.FromSeconds(6), wall.AddYears(-10));
        await Assert.That(a.Device.LatestStamp).IsEqualTo(first.Next());

        var restarted = new Side(new byte[32], Side.PublicOf([64, .. new byte[31]]), latest: first);
        restarted.Device.Connect(s_start, restarted.Peer);
        restarted.Poll(s_start, wall.AddYears(-10));
        await Assert.That(restarted.Device.LatestStamp > first).IsTrue();
    }

    [Test]
    public async Task Only_the_newest_packets_wait_and_they_leave_in_order()
    {
        var (a, b) = Side.Pair();
        for (var i = 0; i < 200; i++)
            a.Send(s_start, Side.Packet(60, (byte)i));
        await Assert.That(a.Device.StatusOf(a.Peer).Staged).IsEqualTo(128);
        var marks = Side.Settle(s_start, a, b).Select(packet => packet[^1]).ToList();
        await Assert.That(marks.SequenceEqual(Enumerable.Range(72, 128).Select(i => (byte)i))).IsTrue();
    }

    [Test]
    public async Task A_packet_above_the_MTU_waits_like_any_other_and_counts_as_the_memory_that_it_takes()
    {
        var (a, b) = Side.Pair();
        a.Send(s_start, Side.Packet(9_000, 1));
        a.Send(s_start, Side.Packet(60, 2));
        await Assert.That(a.Device.PollBufferSize).IsGreaterThanOrEqualTo(a.Device.DatagramSize(9_000));
        await Assert.That(Side.Settle(s_start, a, b).Select(packet => (packet.Length, (int)packet[^1])).SequenceEqual([(9_000, 1), (60, 2)])).IsTrue();

        var blocks = new PacketBlocks(1_420, capacity: 10);
        var first = blocks.Rent(9_000)!;
        await Assert.That(blocks.Rent(9_000)).IsNull();
        await Assert.That(new[] { blocks.Rent(1_420), blocks.Rent(1), blocks.Rent(0) }.All(block => block?.Length == 1_420)).IsTrue();
        await Assert.That(blocks.IsEmpty).IsTrue();
        blocks.Return(first);
        await Assert.That(blocks.Rent(9_000)).IsNotNull();
    }

    [Test]
    public async Task A_removed_peer_leaves_nothing_behind()
    {
        var (a, b) = Connected(out var now);
        var sent = b.Send(now, Side.Packet(60))!;
        a.Device.Stage(now, a.Peer, Side.Packet(60));
        await Assert.That(a.Device.RemovePeer(a.Peer)).IsTrue();
        await Assert.That(a.Receive(now, sent, b).Verdict).IsEqualTo(OpenVerdict.UnknownReceiver);
        await Assert.That(a.Poll(now)).IsEmpty();
        await Assert.That(a.Device.NextDeadline).IsEqualTo(Timestamp.Never);
        await Assert.That(a.Device.BeginRun(now, a.Peer, out _)).IsEqualTo(SealVerdict.UnknownPeer);
        await Assert.That(a.Device.RemovePeer(a.Peer)).IsFalse();
    }

    [Test]
    public async Task A_million_packets_are_sealed_and_opened_without_allocating()
    {
        var (a, b) = Connected(out var now);
        var slot = new byte[1500];
        var allocated = Exchange(1000);
        allocated = Exchange(1_000_000);
        await Assert.That(allocated).IsEqualTo(0);

        long Exchange(int count)
        {
            var packet = Side.Packet(80);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < count; i++)
            {
                if (a.Device.BeginRun(now, a.Peer, out var run) != SealVerdict.Ready)
                    throw new InvalidOperationException("no session");
                packet.CopyTo(slot, WireGuardLimits.HeaderSize);
                var length = run.Seal(slot, packet.Length);
                if (b.Device.Open(now, slot.AsSpan(0, length), a.Path, out _, out _) != OpenVerdict.Packet)
                    throw new InvalidOperationException("not opened");
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    /// <summary>A has initiated, both have a session, and nothing is under way.</summary>
    private static (Side A, Side B) Connected(out Timestamp now)
    {
        now = s_start;
        var (a, b) = Side.Pair();
        a.Device.Connect(now, a.Peer);
        Side.Settle(now, a, b);
        return (a, b);
    }
}
