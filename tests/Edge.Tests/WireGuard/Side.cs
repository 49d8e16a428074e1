using Edge.Crypto;
using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Protocols.WireGuard;

namespace Edge.Tests.WireGuard;

/// <summary>One device with one peer, its clock in the test's hands, and what it sent.</summary>
internal sealed class Side : IDisposable
{
    private readonly byte[] _buffer = new byte[65_536];

    public Side(byte[] privateKey, ReadOnlySpan<byte> peerKey, byte[]? presharedKey = null, ushort port = 1, int seed = 1, uint indices = 0, int burst = 256, HandshakeStamp latest = default, int mtu = 1420)
    {
        Entropy = new ScriptedEntropy(seed);
        Device = new WireGuardDevice(
            new DeviceOptions { PrivateKey = privateKey, Shard = ReceiverIndex.ShardOf(indices), HandshakeBurst = burst, HandshakesPerSecond = 1, LatestStamp = latest, Mtu = mtu }, Entropy);
        Path = new DatagramPath(new Endpoint(IpAddress.V4(0x7f00_0001), port), default);
        Peer = Device.AddPeer(default, new PeerOptions { PublicKey = peerKey, PresharedKey = presharedKey });
    }

    public WireGuardDevice Device { get; }

    public ScriptedEntropy Entropy { get; }

    /// <summary>Where it sends from.</summary>
    public DatagramPath Path { get; set; }

    public PeerId Peer { get; }

    /// <summary>Two devices that know each other.</summary>
    public static (Side A, Side B) Pair(byte[]? presharedKey = null, int seed = 1)
    {
        var random = new Random(seed);
        byte[] a = new byte[32], b = new byte[32];
        random.NextBytes(a);
        random.NextBytes(b);
        return (new Side(a, PublicOf(b), presharedKey, 1, seed), new Side(b, PublicOf(a), presharedKey, 2, seed + 1));
    }

    public static byte[] PublicOf(byte[] privateKey)
    {
        var key = new byte[32];
        X25519.PublicKey(privateKey, key);
        return key;
    }

    /// <summary>Everything that Poll gives.</summary>
    public List<byte[]> Poll(Timestamp now, DateTimeOffset? wall = null)
    {
        var sent = new List<byte[]>();
        while (Device.Poll(now, wall ?? DateTimeOffset.UnixEpoch.AddYears(50) + TimeSpan.FromTicks(now.Nanoseconds / 100), _buffer, out var outgoing))
            sent.Add(_buffer[..outgoing.Length]);
        return sent;
    }

    /// <summary>Seals a packet at once; null: there is no session, and it was staged.</summary>
    public byte[]? Send(Timestamp now, byte[] packet)
    {
        if (Device.BeginRun(now, Peer, out var run) != SealVerdict.Ready)
        {
            Device.Stage(now, Peer, packet);
            return null;
        }
        packet.CopyTo(_buffer, WireGuardLimits.HeaderSize);
        return _buffer[..run.Seal(_buffer, packet.Length)];
    }

    public (OpenVerdict Verdict, byte[] Packet) Receive(Timestamp now, byte[] datagram, Side from)
    {
        var copy = (byte[])datagram.Clone();
        var verdict = Device.Open(now, copy, from.Path, out _, out var packet);
        return (verdict, packet.ToArray());
    }

    /// <summary>Lets both talk until neither has anything to say; the packets that came out on either side.</summary>
    public static List<byte[]> Settle(Timestamp now, Side a, Side b)
    {
        var packets = new List<byte[]>();
        for (var isQuiet = false; !isQuiet;)
        {
            isQuiet = true;
            foreach (var (from, to) in new[] { (a, b), (b, a) })
            {
                foreach (var datagram in from.Poll(now))
                {
                    isQuiet = false;
                    var (verdict, packet) = to.Receive(now, datagram, from);
                    if (verdict == OpenVerdict.Packet)
                        packets.Add(packet);
                    else if (verdict > OpenVerdict.Handshake)
                        throw new InvalidOperationException($"dropped: {verdict}");
                }
            }
        }
        return packets;
    }

    /// <summary>An IPv4 packet of this length; the mark tells it from others.</summary>
    public static byte[] Packet(int length, byte mark = 0)
    {
        var packet = new byte[length];
        packet[0] = 0x45;
        packet[2] = (byte)(length >> 8);
        packet[3] = (byte)length;
        packet.AsSpan(20).Fill(mark);
        return packet;
    }

    public void Dispose() => Device.Dispose();
}
