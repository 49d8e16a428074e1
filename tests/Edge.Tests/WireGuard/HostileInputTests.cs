using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Protocols.WireGuard;

namespace Edge.Tests.WireGuard;

/// <summary>Whatever arrives at the port: nothing crashes, grows or harms the session that is there.</summary>
public sealed class HostileInputTests
{
    private static readonly Timestamp s_start = new(1_000_000_000);

    [Test]
    public async Task Garbage_truncation_and_mutation_change_nothing()
    {
        var (a, b) = Connected();
        var random = new Random(3);
        a.Device.Connect(s_start, a.Peer);
        var sources = new List<byte[]> { a.Send(s_start, Side.Packet(100))!, new byte[148], new byte[92], new byte[64] };
        sources.AddRange(a.Poll(s_start));
        for (var i = 1; i <= 3; i++)
            sources[i][0] = (byte)i;
        var genuine = sources.Select(Convert.ToHexString).ToHashSet();
        b.Receive(s_start, sources[0], a);
        foreach (var source in sources.Skip(4))
            b.Receive(s_start, source, a);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20_000; i++)
        {
            var datagram = (byte[])sources[random.Next(sources.Count)].Clone();
            for (var changes = random.Next(4); changes > 0; changes--)
                datagram[random.Next(datagram.Length)] ^= (byte)(1 << random.Next(8));
            if (random.Next(4) == 0)
                random.NextBytes(datagram.AsSpan(random.Next(4)));
            Array.Resize(ref datagram, random.Next(3) == 0 ? random.Next(datagram.Length + 20) : datagram.Length);
            var verdict = b.Device.Open(s_start, datagram, default, out var peer, out _);
            if (verdict < OpenVerdict.TooShort || !peer.IsNone)
                Assert.Fail($"{verdict}: {Convert.ToHexString(datagram)}");
        }
        await Assert.That(b.Device.PathOf(b.Peer)).IsEqualTo(a.Path);
        await Assert.That(b.Receive(s_start, a.Send(s_start, Side.Packet(100))!, a).Verdict).IsEqualTo(OpenVerdict.Packet);
        await Assert.That(b.Poll(s_start)).IsEmpty();
        await Assert.That(genuine).IsNotEmpty();
        await Assert.That(GC.GetAllocatedBytesForCurrentThread() - before).IsLessThan(20_000_000);
    }

    [Test]
    public async Task Forged_responses_change_nothing_and_the_genuine_one_still_counts()
    {
        var (a, b) = Side.Pair();
        a.Device.Connect(s_start, a.Peer);
        b.Receive(s_start, a.Poll(s_start).Single(), a);
        var response = b.Poll(s_start).Single();
        for (var i = 0; i < response.Length; i++)
        {
            var forged = (byte[])response.Clone();
            forged[i] ^= 0x10;
            var verdict = a.Receive(s_start, forged, b).Verdict;
            // mac2 is not looked at without load.
            if (verdict <= OpenVerdict.Handshake && i < 76)
                Assert.Fail($"byte {i}: {verdict}");
            if (i >= 76)
                break;
        }
        await Assert.That(a.Device.CurrentSessionOf(a.Peer) is not null || a.Receive(s_start, response, b).Verdict == OpenVerdict.Handshake).IsTrue();
        await Assert.That(a.Receive(s_start, response, b).Verdict).IsEqualTo(OpenVerdict.UnknownReceiver);
    }

    [Test]
    public async Task A_flood_of_initiations_is_answered_with_cookies_in_bounded_memory_and_the_session_goes_on()
    {
        var (a, b) = Connected();
        byte[] stranger = [9, .. new byte[31]];
        var flood = new Side(stranger, b.Device.PublicKey);
        flood.Device.Connect(s_start, flood.Peer);
        var initiation = flood.Poll(s_start).Single();
        var cookies = 0;
        for (var i = 0; i < 20_000; i++)
        {
            flood.Path = new DatagramPath(new Endpoint(IpAddress.V4((uint)i), 1), default);
            b.Device.Open(s_start, (byte[])initiation.Clone(), flood.Path, out _, out _);
            if (i % 100 == 99)
                cookies += b.Poll(s_start).Count(datagram => datagram[0] == 3);
        }
        // One of the 256 was the legitimate handshake.
        await Assert.That(b.Device.CountOf(OpenVerdict.UnknownPeer)).IsEqualTo(255UL);
        await Assert.That(b.Device.CountOf(OpenVerdict.CookieDemanded)).IsEqualTo(20_000UL - 255);
        await Assert.That(cookies).IsEqualTo(20_000 - 255);

        // Nobody polls: what waits is bounded.
        for (var i = 0; i < 1000; i++)
            b.Device.Open(s_start, (byte[])initiation.Clone(), flood.Path, out _, out _);
        await Assert.That(b.Poll(s_start).Count).IsEqualTo(128);
        await Assert.That(b.Device.CountOf(OpenVerdict.AnswersFull)).IsEqualTo(1000UL - 128);
        await Assert.That(b.Receive(s_start, a.Send(s_start, Side.Packet(100))!, a).Verdict).IsEqualTo(OpenVerdict.Packet);
    }

    [Test]
    public async Task Under_load_a_peer_proves_its_address_with_the_cookie_and_gets_its_session()
    {
        byte[] x = new byte[32], y = new byte[32];
        (x[5], y[5]) = (1, 2);
        var a = new Side(x, Side.PublicOf(y));
        var b = new Side(y, Side.PublicOf(x), burst: 0);
        a.Send(s_start, Side.Packet(100, 5));
        await Assert.That(b.Receive(s_start, a.Poll(s_start).Single(), a).Verdict).IsEqualTo(OpenVerdict.CookieDemanded);
        var cookie = b.Poll(s_start).Single();
        await Assert.That(cookie.Length).IsEqualTo(64);
        await Assert.That(a.Receive(s_start, cookie, b).Verdict).IsEqualTo(OpenVerdict.Handshake);
        var later = s_start + TimeSpan.FromSeconds(6);
        var second = a.Poll(later).Single();
        var elsewhere = new DatagramPath(new Endpoint(IpAddress.V4(99), 1), default);
        await Assert.That(b.Device.Open(later, (byte[])second.Clone(), elsewhere, out _, out _)).IsEqualTo(OpenVerdict.CookieDemanded);
        b.Poll(later);
        await Assert.That(b.Receive(later, second, a).Verdict).IsEqualTo(OpenVerdict.Handshake);
        await Assert.That(a.Receive(later, b.Poll(later).Single(), b).Verdict).IsEqualTo(OpenVerdict.Handshake);
        await Assert.That(b.Receive(later, a.Poll(later).First(), a).Packet.Length).IsEqualTo(100);
    }

    [Test]
    public async Task Under_load_one_proven_source_gets_its_share_and_no_more()
    {
        var limiter = new SourceLimiter(new ScriptedEntropy());
        var address = IpAddress.V4(0x0a000001);
        var allowed = Enumerable.Range(0, 100).Count(_ => limiter.Allows(s_start, address));
        await Assert.That(allowed).IsEqualTo(5);
        await Assert.That(limiter.Allows(s_start, IpAddress.V4(0x0a000002))).IsTrue();
        allowed = Enumerable.Range(1, 1000).Count(i => limiter.Allows(s_start + TimeSpan.FromMilliseconds(i), address));
        await Assert.That(allowed).IsEqualTo(20);
        var host = new IpAddress((UInt128)0x20010db8 << 96);
        await Assert.That(Enumerable.Range(0, 100).Count(i => limiter.Allows(s_start, new IpAddress(host.Bits + (uint)i)))).IsEqualTo(5);
    }

    private static (Side A, Side B) Connected()
    {
        var (a, b) = Side.Pair();
        a.Device.Connect(s_start, a.Peer);
        Side.Settle(s_start, a, b);
        return (a, b);
    }
}
