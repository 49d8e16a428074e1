using Edge.Foundation.Time;
using Edge.Protocols.WireGuard;

namespace Edge.Tests.WireGuard;

/// <summary>Handshakes where the way to the peer comes late, goes, or leads to one that does not know this side yet.</summary>
public sealed class WayTests
{
    private static readonly Timestamp s_start = new(1_000_000_000);

    [Test]
    public async Task An_initiation_without_a_way_is_made_when_there_is_one_and_not_five_seconds_later()
    {
        var (a, b) = Side.Pair();
        a.Send(s_start, Side.Packet(100, 7));
        Hold(a, s_start);
        await Assert.That(a.Device.StatusOf(a.Peer).SentBytes).IsEqualTo(0UL);
        foreach (var second in (int[])[0, 1, 4])
            await Assert.That(a.Poll(s_start + TimeSpan.FromSeconds(second))).IsEmpty();
        a.Device.PathFound(a.Peer);
        var packets = Side.Settle(s_start + TimeSpan.FromSeconds(4), a, b);
        await Assert.That(packets.Single().AsSpan().SequenceEqual(Side.Packet(100, 7))).IsTrue();
    }

    [Test]
    public async Task Packets_that_wait_for_a_way_are_given_up_after_90_seconds()
    {
        var (a, b) = Side.Pair();
        a.Send(s_start, Side.Packet(100));
        // Every five seconds it is looked whether there is a way by now; nobody else need tell.
        var times = new List<double>();
        for (var now = s_start; now != Timestamp.Never && times.Count < 100; now = a.Device.NextDeadline)
        {
            if (a.Poll(now).Count == 0)
                continue;
            times.Add((now - s_start).TotalSeconds);
            a.Device.Hold(now, a.Peer);
        }
        await Assert.That(times.Zip(times.Skip(1), static (x, y) => y - x).All(static gap => gap is >= 5 and <= 5.334)).IsTrue();
        await Assert.That(times[^1]).IsBetween(84, 90);
        await Assert.That((a.Device.StatusOf(a.Peer).Staged, a.Device.LostStaged, a.Device.NextDeadline)).IsEqualTo((0, 1UL, Timestamp.Never));
        // A way brings nothing back; a new packet does.
        a.Device.PathFound(a.Peer);
        await Assert.That(a.Poll(s_start + TimeSpan.FromSeconds(151))).IsEmpty();
        a.Send(s_start + TimeSpan.FromSeconds(152), Side.Packet(60));
        await Assert.That(Side.Settle(s_start + TimeSpan.FromSeconds(152), a, b).Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_peer_that_calls_ends_the_wait_for_a_way()
    {
        var (a, b) = Side.Pair();
        a.Send(s_start, Side.Packet(100));
        Hold(a, s_start);
        b.Send(s_start, Side.Packet(60));
        await Assert.That(Side.Settle(s_start, a, b).Count).IsEqualTo(2);
        // Until the silence of the other side, which nobody asks any more, is suspicious.
        for (var now = s_start; now < s_start + TimeSpan.FromSeconds(14); now += TimeSpan.FromSeconds(1))
            await Assert.That(a.Poll(now).Count(static datagram => datagram[0] == 1)).IsEqualTo(0);
    }

    [Test]
    public async Task An_unanswered_initiation_goes_each_new_way_as_it_was_and_not_without_end()
    {
        var (a, b) = Side.Pair();
        a.Send(s_start, Side.Packet(100));
        var first = a.Poll(s_start).Single();
        var again = new List<byte[]>();
        for (var i = 0; i < 20; i++)
        {
            a.Device.PathFound(a.Peer);
            again.AddRange(a.Poll(s_start + TimeSpan.FromMilliseconds(i)));
        }
        await Assert.That(again.Count).IsEqualTo(WireGuardLimits.MostRepeats);
        await Assert.That(again.All(copy => copy.AsSpan().SequenceEqual(first))).IsTrue();
        // Who has taken one of them takes no other, and its answer is still the right one.
        var now = s_start + TimeSpan.FromMilliseconds(100);
        await Assert.That(b.Receive(now, again[0], a).Verdict).IsEqualTo(OpenVerdict.Handshake);
        await Assert.That(b.Receive(now + TimeSpan.FromMilliseconds(50), first, a).Verdict).IsEqualTo(OpenVerdict.HandshakeReplayed);
        await Assert.That(Side.Settle(now, a, b).Count).IsEqualTo(1);
        a.Device.PathFound(a.Peer);
        await Assert.That(a.Poll(now)).IsEmpty();
    }

    [Test]
    public async Task The_next_initiation_comes_after_5_seconds_as_before()
    {
        var (a, _) = Side.Pair();
        a.Send(s_start, Side.Packet(100));
        var first = a.Poll(s_start).Single();
        a.Device.PathFound(a.Peer);
        a.Poll(s_start + TimeSpan.FromSeconds(1));
        await Assert.That(a.Poll(s_start + TimeSpan.FromSeconds(4.9))).IsEmpty();
        await Assert.That(a.Poll(s_start + TimeSpan.FromSeconds(5.4)).Single().AsSpan().SequenceEqual(first)).IsFalse();
    }

    [Test]
    public async Task An_initiation_of_who_becomes_a_peer_a_moment_later_is_answered_then()
    {
        var (a, b) = Side.Pair();
        b.Device.RemovePeer(b.Peer);
        a.Send(s_start, Side.Packet(100, 7));
        await Assert.That(b.Receive(s_start, a.Poll(s_start).Single(), a).Verdict).IsEqualTo(OpenVerdict.UnknownPeer);
        var now = s_start + TimeSpan.FromSeconds(2);
        await Assert.That(b.Device.AddPeer(now, new PeerOptions { PublicKey = a.Device.PublicKey })).IsEqualTo(b.Peer);
        await Assert.That(Side.Settle(now, b, a).Single().AsSpan().SequenceEqual(Side.Packet(100, 7))).IsTrue();
        await Assert.That(b.Device.PathOf(b.Peer)).IsEqualTo(a.Path);
    }

    [Test]
    public async Task A_strangers_initiation_is_forgotten_when_its_next_one_is_due()
    {
        var (a, b) = Side.Pair();
        b.Device.RemovePeer(b.Peer);
        a.Send(s_start, Side.Packet(100));
        b.Receive(s_start, a.Poll(s_start).Single(), a);
        b.Device.AddPeer(s_start + TimeSpan.FromSeconds(5.1), new PeerOptions { PublicKey = a.Device.PublicKey });
        await Assert.That(b.Poll(s_start + TimeSpan.FromSeconds(5.1))).IsEmpty();
    }

    [Test]
    public async Task Many_strangers_take_no_more_than_their_places()
    {
        var (a, b) = Side.Pair();
        b.Device.RemovePeer(b.Peer);
        a.Send(s_start, Side.Packet(100));
        b.Receive(s_start, a.Poll(s_start).Single(), a);
        for (byte i = 0; i < 16; i++)
        {
            var secret = new byte[32];
            (secret[1], secret[2]) = (i, 77);
            using var other = new Side(secret, b.Device.PublicKey, seed: i + 10);
            other.Device.Connect(s_start, other.Peer);
            await Assert.That(b.Receive(s_start, other.Poll(s_start).Single(), other).Verdict).IsEqualTo(OpenVerdict.UnknownPeer);
        }
        b.Device.AddPeer(s_start, new PeerOptions { PublicKey = a.Device.PublicKey });
        await Assert.That(b.Poll(s_start)).IsEmpty();
    }

    [Test]
    public async Task A_peer_that_has_begun_anew_is_shaken_hands_with_before_the_next_packet()
    {
        byte[] ours = new byte[32], theirs = new byte[32];
        (ours[1], theirs[1]) = (1, 2);
        using var a = new Side(ours, Side.PublicOf(theirs));
        using var before = new Side(theirs, Side.PublicOf(ours), port: 2, seed: 2);
        a.Send(s_start, Side.Packet(60));
        Side.Settle(s_start, a, before);
        using var after = new Side(theirs, Side.PublicOf(ours), port: 3, seed: 3);
        var now = s_start + TimeSpan.FromSeconds(20);
        await Assert.That(after.Receive(now, a.Send(now, Side.Packet(60))!, a).Verdict).IsEqualTo(OpenVerdict.UnknownReceiver);
        a.Device.Restart(now, a.Peer);
        await Assert.That(a.Poll(now)).IsEmpty();
        await Assert.That(a.Send(now, Side.Packet(100, 7))).IsNull();
        await Assert.That(Side.Settle(now, a, after).Single().AsSpan().SequenceEqual(Side.Packet(100, 7))).IsTrue();
    }

    [Test]
    public async Task A_session_that_a_peer_made_after_it_began_anew_is_kept_and_renewed()
    {
        var (a, b) = Side.Pair();
        b.Send(s_start, Side.Packet(60));
        Side.Settle(s_start, a, b);
        var now = s_start + TimeSpan.FromSeconds(1);
        a.Device.Restart(now, a.Peer);
        await Assert.That(b.Receive(now, a.Send(now, Side.Packet(60))!, a).Verdict).IsEqualTo(OpenVerdict.Packet);
        var renewed = a.Poll(s_start + TimeSpan.FromSeconds(5.4));
        await Assert.That(renewed.Count(static datagram => datagram[0] == 1)).IsEqualTo(1);
    }

    /// <summary>Takes the initiation that is to be sent, and sends it nowhere.</summary>
    private static void Hold(Side side, Timestamp now)
    {
        if (side.Poll(now).Single()[0] != 1)
            throw new InvalidOperationException("it is no initiation");
        side.Device.Hold(now, side.Peer);
    }
}
