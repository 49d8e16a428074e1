using Edge.Crypto;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Protocols.WireGuard;

namespace Edge.Fuzz.WireGuard;

/// <summary>
/// Datagrams that may be anything come to a device which has a session and a handshake under way. None of them may end the session, and only
/// the genuine ones that the inputs were made from are taken.
/// </summary>
internal sealed class WireGuardTarget : FuzzTarget
{
    private static readonly Timestamp s_start = new(1_000_000_000);
    private static readonly DateTimeOffset s_wall = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly DatagramPath s_path = new(new Endpoint(IpAddress.V4(0x7f00_0001), 1), default);

    private readonly byte[] _buffer = new byte[2048];
    private readonly byte[] _own = [8, .. new byte[31]];
    private readonly byte[] _peers = [16, .. new byte[31]];
    private readonly HashSet<string> _genuine = [];
    private List<byte[]>? _seeds;

    public override string Name => "wireguard";

    public override IReadOnlyList<byte[]> Seeds => _seeds ??= MakeSeeds();

    public override int Run(byte[] input)
    {
        var (device, id, other, otherId) = Connect();
        using var _ = device;
        using var __ = other;
        var datagram = (byte[])input.Clone();
        var verdict = device.Open(s_start, datagram, default, out var peer, out var packet);
        Check(packet.Length <= input.Length, "A packet lies in its datagram.");
        Check(verdict >= OpenVerdict.TooShort == peer.IsNone, "What is dropped is nobody's, and what is taken is somebody's.");
        Check(verdict >= OpenVerdict.TooShort || IsGenuine(input), "Only what the peer sent is taken.");
        Check(verdict < OpenVerdict.TooShort || device.PathOf(id) == s_path, "A dropped datagram moves nobody.");
        while (device.Poll(s_start, s_wall, _buffer, out var outgoing))
            Check(outgoing.Length <= device.PollBufferSize, "What is polled fits the buffer that was asked for.");
        if (verdict >= OpenVerdict.TooShort)
        {
            Check(other.BeginRun(s_start, otherId, out var run) == SealVerdict.Ready, "The session goes on.");
            var length = run.Seal(_buffer, 0);
            Check(device.Open(s_start, _buffer.AsSpan(0, length), s_path, out var _, out var _) == OpenVerdict.Keepalive, "The session goes on.");
        }
        return (int)verdict;
    }

    // mac2 is not looked at without load.
    private bool IsGenuine(byte[] input) => _genuine.Contains(Key(input));

    private static string Key(byte[] input) => Convert.ToHexString(input.AsSpan(0, input.Length - (input[0] is 1 or 2 ? 16 : 0)));

    private (WireGuardDevice Device, PeerId Peer, WireGuardDevice Other, PeerId OtherPeer) Connect()
    {
        var (device, id) = Make(_own, _peers, 1);
        var (other, otherId) = Make(_peers, _own, 2);
        other.Connect(s_start, otherId);
        for (var rounds = 0; rounds < 2; rounds++)
        {
            Pass(other, device);
            Pass(device, other);
        }
        return (device, id, other, otherId);
    }

    private void Pass(WireGuardDevice from, WireGuardDevice to)
    {
        while (from.Poll(s_start, s_wall, _buffer, out var outgoing))
            to.Open(s_start, _buffer.AsSpan(0, outgoing.Length), s_path, out _, out _);
    }

    private List<byte[]> MakeSeeds()
    {
        var (device, _, other, otherId) = Connect();
        var seeds = new List<byte[]>();
        // Genuine in the state that every run starts from: two packets, and an initiation with a later timestamp.
        for (var size = 0; size <= 60; size += 60)
        {
            other.BeginRun(s_start, otherId, out var run);
            _buffer.AsSpan().Clear();
            (_buffer[16], _buffer[19]) = (0x45, 60);
            seeds.Add(_buffer[..run.Seal(_buffer, size)]);
        }
        device.Dispose();
        other.Dispose();
        var (later, laterId) = Make(_peers, _own, 3);
        later.Connect(s_start, laterId);
        later.Poll(s_start, s_wall.AddYears(1), _buffer, out var outgoing);
        seeds.Add(_buffer[..outgoing.Length]);
        foreach (var seed in seeds)
            _genuine.Add(Key(seed));
        // Of the right form and nobody's.
        foreach (var (type, size) in new[] { (1, 148), (2, 92), (3, 64), (4, 32) })
            seeds.Add([(byte)type, .. new byte[size - 1]]);
        return seeds;
    }

    private static (WireGuardDevice Device, PeerId Peer) Make(byte[] key, byte[] peer, ulong seed)
    {
        var peerKey = new byte[32];
        X25519.PublicKey(peer, peerKey);
        var device = new WireGuardDevice(new DeviceOptions { PrivateKey = key }, new SeededEntropy(seed));
        return (device, device.AddPeer(s_start, new PeerOptions { PublicKey = peerKey }));
    }

    private sealed class SeededEntropy(ulong seed) : EntropySource
    {
        private readonly Mutator _random = new(seed, []);

        public override void Fill(Span<byte> destination)
        {
            foreach (ref var b in destination)
                b = (byte)_random.Next();
        }
    }
}
