using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Edge.Crypto;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Protocols.WireGuard;

namespace Edge.Bench;

/// <summary>
/// WireGuard's core in this process, without sockets: what sealing and opening a packet cost beside the AEAD's own work on the same bytes, what a
/// handshake costs beside its Diffie-Hellmans, and what a peer that is idle holds.
/// </summary>
internal static class WireGuardBenchmark
{
    private const int Batch = 64;
    private const int MemoryPeers = 1000;

    /// <summary>The share of the AEAD's speed that is to be reached at full packets.</summary>
    private const double ShareGoal = 0.9;

    /// <summary>Bytes.</summary>
    private const int MemoryGoal = 4096;

    private static readonly Timestamp s_now = new(1_000_000_000);

    public static bool Run(int runs)
    {
        Console.WriteLine($"one core, best of {runs} runs");
        Console.WriteLine($"  {"",-14} {"core",10} {"AEAD alone",12} {"share",7}");
        var met = true;
        foreach (var size in new[] { 64, 1420 })
            met &= Packets(size, runs);
        Handshakes(runs);
        return Memory() & met;
    }

    /// <summary>For a packet of this size, the better of many runs of each: what other benchmarks compare themselves with.</summary>
    public static double NanosecondsToSealAndOpen(int size, int runs)
    {
        var (seal, open, _, _) = Measure(size, runs);
        return seal.PerPacket + open.PerPacket;
    }

    private static bool Packets(int size, int runs)
    {
        var (seal, open, aeadSeal, aeadOpen) = Measure(size, runs);
        var isFull = size == 1420;
        return Row($"seal {size} B", seal.PerPacket, aeadSeal.PerPacket, isFull) & Row($"open {size} B", open.PerPacket, aeadOpen.PerPacket, isFull);
    }

    private static (Time Seal, Time Open, Time AeadSeal, Time AeadOpen) Measure(int size, int runs)
    {
        using var pair = new Pair();
        using var aead = new AeadContext();
        var stride = pair.A.DatagramSize(size);
        var slots = new byte[Batch * stride];
        var key = new byte[32];
        var (seal, open, aeadSeal, aeadOpen) = (Time.Longest, Time.Longest, Time.Longest, Time.Longest);
        ulong counter = 0;
        for (var run = 0; run < runs * 20; run++)
        {
            seal = seal.Or(Time.Of(() =>
            {
                pair.A.BeginRun(s_now, pair.BOfA, out var sealing);
                for (var i = 0; i < Batch; i++)
                {
                    var slot = slots.AsSpan(i * stride, stride);
                    (slot[16], slot[18], slot[19]) = (0x45, (byte)(size >> 8), (byte)size);
                    sealing.Seal(slot, size);
                }
            }));
            open = open.Or(Time.Of(() =>
            {
                for (var i = 0; i < Batch; i++)
                {
                    if (pair.B.Open(s_now, slots.AsSpan(i * stride, stride), pair.PathOfA, out _, out _) != OpenVerdict.Packet)
                        throw new InvalidOperationException("a packet was dropped");
                }
            }));
            var first = counter;
            aeadSeal = aeadSeal.Or(Time.Of(() =>
            {
                for (var i = 0; i < Batch; i++)
                    aead.Seal(key, counter++, slots.AsSpan(i * stride + 16, stride - 16));
            }));
            aeadOpen = aeadOpen.Or(Time.Of(() =>
            {
                for (var i = 0; i < Batch; i++)
                {
                    if (!aead.Open(key, first++, slots.AsSpan(i * stride + 16, stride - 16)))
                        throw new InvalidOperationException("a packet did not open");
                }
            }));
        }
        return (seal, open, aeadSeal, aeadOpen);
    }

    private static bool Row(string name, double ours, double aead, bool hasGoal)
    {
        var share = aead / ours;
        var verdict = !hasGoal ? "" : share >= ShareGoal ? $">= {ShareGoal:0.00}" : $">= {ShareGoal:0.00}  MISSED";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-14} {ours,7:0} ns {aead,9:0} ns {share,7:0.00} {verdict}"));
        return !hasGoal || share >= ShareGoal;
    }

    private static void Handshakes(int runs)
    {
        using var pair = new Pair();
        var now = s_now;
        var best = double.MaxValue;
        for (var run = 0; run < runs * 10; run++)
        {
            now += TimeSpan.FromSeconds(200);
            var began = Stopwatch.GetTimestamp();
            pair.Connect(now);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }
        byte[] key = new byte[32], other = new byte[32], shared = new byte[32];
        key[0] = 8;
        X25519.PublicKey(key, other);
        var agree = double.MaxValue;
        var publicKey = double.MaxValue;
        for (var run = 0; run < runs * 10; run++)
        {
            var began = Stopwatch.GetTimestamp();
            X25519.Agree(key, other, shared);
            agree = Math.Min(agree, Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            began = Stopwatch.GetTimestamp();
            X25519.PublicKey(key, other);
            publicKey = Math.Min(publicKey, Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }
        // Each side makes one key pair and, with the static secret kept, agrees three times.
        var limit = 6 * agree + 2 * publicKey;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  handshake, both sides: {best:0} us, X25519 alone {limit:0} us, share {limit / best:0.00}; {2e6 / best:0} sides a second"));
    }

    private static bool Memory()
    {
        using var hub = new WireGuardDevice(new DeviceOptions { PrivateKey = Pair.KeyOf(1), HandshakeBurst = int.MaxValue }, new SystemEntropy());
        var peers = new List<PeerId>();
        var before = Live();
        for (var i = 0; i < MemoryPeers; i++)
        {
            var publicKey = new byte[32];
            X25519.PublicKey(Pair.KeyOf(i + 2), publicKey);
            peers.Add(hub.AddPeer(s_now, new PeerOptions { PublicKey = publicKey }));
        }
        var configured = (Live() - before) / MemoryPeers;
        var buffer = new byte[2048];
        var held = new long[2];
        var now = s_now;
        for (var round = 0; round < 2; round++)
        {
            now += TimeSpan.FromSeconds(5);
            for (var i = 0; i < MemoryPeers; i++)
            {
                // Two handshakes of one key: the hub holds a current and a previous session.
                using var spoke = new WireGuardDevice(new DeviceOptions { PrivateKey = Pair.KeyOf(i + 2) }, new SystemEntropy());
                var id = spoke.AddPeer(now, new PeerOptions { PublicKey = hub.PublicKey });
                Pair.Handshake(now, spoke, id, hub, peers[i], buffer, DateTimeOffset.UnixEpoch.AddYears(50 + round));
            }
            held[round] = (Live() - before) / MemoryPeers;
        }
        var met = held[1] <= MemoryGoal;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  one of {MemoryPeers} idle peers: {configured} B configured, {held[0]} B with a session, {held[1]} B with two; goal <= {MemoryGoal} B{(met ? "" : "  MISSED")}"));
        return met;
    }

    private static long Live()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private readonly record struct Time(double PerPacket)
    {
        public static Time Longest => new(double.MaxValue);

        public static Time Of(Action batch)
        {
            var began = Stopwatch.GetTimestamp();
            batch();
            return new(Stopwatch.GetElapsedTime(began).TotalNanoseconds / Batch);
        }

        public Time Or(Time other) => new(Math.Min(PerPacket, other.PerPacket));
    }

    private sealed class SystemEntropy : EntropySource
    {
        public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }

    /// <summary>Two devices with a session.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly byte[] _buffer = new byte[2048];

        public Pair()
        {
            A = new WireGuardDevice(new DeviceOptions { PrivateKey = KeyOf(1) }, new SystemEntropy());
            B = new WireGuardDevice(new DeviceOptions { PrivateKey = KeyOf(2) }, new SystemEntropy());
            BOfA = A.AddPeer(s_now, new PeerOptions { PublicKey = B.PublicKey });
            AOfB = B.AddPeer(s_now, new PeerOptions { PublicKey = A.PublicKey });
            Connect(s_now);
        }

        public WireGuardDevice A { get; }

        public WireGuardDevice B { get; }

        public PeerId BOfA { get; }

        public PeerId AOfB { get; }

        public DatagramPath PathOfA { get; } = new(new Endpoint(IpAddress.V4(0x7f00_0001), 1), default);

        public static byte[] KeyOf(int number)
        {
            var key = new byte[32];
            BitConverter.TryWriteBytes(key.AsSpan(8), number);
            return key;
        }

        public void Connect(Timestamp now) => Handshake(now, A, BOfA, B, AOfB, _buffer, DateTimeOffset.UnixEpoch.AddYears(50) + TimeSpan.FromTicks(now.Nanoseconds / 100));

        /// <summary>From the initiation to the first message; throws when there is no session then.</summary>
        public static void Handshake(Timestamp now, WireGuardDevice initiator, PeerId responderId, WireGuardDevice responder, PeerId initiatorId, byte[] buffer, DateTimeOffset wall)
        {
            initiator.Connect(now, responderId);
            for (var turn = 0; turn < 3; turn++)
            {
                var (from, to) = turn % 2 == 0 ? (initiator, responder) : (responder, initiator);
                if (!from.Poll(now, wall, buffer, out var outgoing) || to.Open(now, buffer.AsSpan(0, outgoing.Length), default, out _, out _) > OpenVerdict.Handshake)
                    throw new InvalidOperationException($"the handshake broke off at message {turn + 1}");
            }
            if (responder.BeginRun(now, initiatorId, out _) != SealVerdict.Ready)
                throw new InvalidOperationException("there is no session");
        }

        public void Dispose()
        {
            A.Dispose();
            B.Dispose();
        }
    }
}
