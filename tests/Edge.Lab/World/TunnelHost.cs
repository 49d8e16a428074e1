using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.Routes;
using Edge.Protocols.WireGuard;

namespace Edge.Lab.World;

/// <summary>
/// A machine with a WireGuard device, a tunnel address and a wall clock that can be set. It sends numbered packets and keeps account of those that
/// came; whatever breaks the tunnel's promises ends the run.
/// </summary>
internal sealed class TunnelHost : IDisposable
{
    // IPv4 header and a number.
    private const int LeastPacket = 28;

    // Deadlines are exact in virtual time.
    private static readonly TimeSpan s_keepaliveLimit = WireGuardLimits.KeepaliveTimeout;

    private readonly Network _network;
    private readonly byte[] _privateKey = new byte[32];
    private readonly byte[] _buffer = new byte[2048];
    private readonly List<(TunnelHost Host, TimeSpan Persistent, bool IsKnown)> _configured = [];
    private readonly Dictionary<PeerId, TunnelHost> _peers = [];
    private readonly HashSet<ulong> _received = [];
    private readonly Dictionary<PeerId, Timestamp> _unanswered = [];
    private Routes _routes = new();
    private Timestamp _wakeAt = Timestamp.Never;

    public TunnelHost(Network network, string name, byte number)
    {
        _network = network;
        Name = name;
        Address = IpAddress.V4(0x0a00_0000u + number);
        World.Random.Fill(_privateKey);
        Device = NewDevice(default);
        Endpoint = network.Move(this);
    }

    public string Name { get; }

    /// <summary>Inside the tunnel.</summary>
    public IpAddress Address { get; }

    public Endpoint Endpoint { get; private set; }

    public WireGuardDevice Device { get; private set; }

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan WallOffset { get; set; }

    public IReadOnlyCollection<ulong> Received => _received;

    public int Handshakes { get; private set; }

    private World World => _network.World;

    private DateTimeOffset Wall => DateTimeOffset.UnixEpoch.AddYears(56) + TimeSpan.FromTicks(World.Now.Nanoseconds / 100) + WallOffset;

    /// <param name="host">The peer.</param>
    /// <param name="persistent">Its persistent keep-alive; zero: none.</param>
    /// <param name="isKnown">Its endpoint is configured.</param>
    public void AddPeer(TunnelHost host, TimeSpan persistent, bool isKnown)
    {
        _configured.Add((host, persistent, isKnown));
        Configure(host, persistent, isKnown);
        Pump();
    }

    /// <summary>Sends a packet with this number to a peer.</summary>
    public void Send(TunnelHost to, ulong number)
    {
        var length = LeastPacket + World.Random.Next(1200);
        Span<byte> packet = stackalloc byte[length];
        packet[..20].Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        Address.Write(packet[12..]);
        to.Address.Write(packet[16..]);
        BinaryPrimitives.WriteUInt64BigEndian(packet[20..], number);
        FillBody(packet[LeastPacket..], number);

        var peer = _routes.Find(to.Address);
        if (Device.BeginRun(World.Now, peer, out var run) == SealVerdict.Ready)
        {
            packet.CopyTo(_buffer.AsSpan(WireGuardLimits.HeaderSize));
            SendOut(peer, run.Path.Remote, _buffer.AsSpan(0, run.Seal(_buffer, length)));
        }
        else
        {
            Device.Stage(World.Now, peer, packet);
        }
        Pump();
    }

    public void Receive(Endpoint source, byte[] datagram)
    {
        var type = datagram[0];
        var verdict = Device.Open(World.Now, datagram, new DatagramPath(source, default), out var peer, out var packet);
        if (verdict is OpenVerdict.Forged or OpenVerdict.HandshakeForged or OpenVerdict.InnerMalformed or OpenVerdict.WrongMac1)
            Fail($"an honest datagram was judged {verdict}");
        if (verdict == OpenVerdict.Handshake && type is 1 or 2)
            Handshakes++;
        if (verdict == OpenVerdict.Packet)
        {
            Deliver(peer, packet);
            _unanswered.TryAdd(peer, World.Now);
        }
        Pump();
    }

    /// <summary>A new address; the peers learn it from the next datagram.</summary>
    public void Roam() => Endpoint = _network.Move(this);

    /// <summary>The process ends and starts again: sessions are gone, the last stamp was kept.</summary>
    public void Restart()
    {
        var stamp = Device.LatestStamp;
        Device.Dispose();
        Device = NewDevice(stamp);
        _routes = new Routes();
        _peers.Clear();
        _unanswered.Clear();
        _wakeAt = Timestamp.Never;
        foreach (var (host, persistent, isKnown) in _configured)
            Configure(host, persistent, isKnown);
        Pump();
    }

    /// <summary>Nothing received may wait for an answer longer than a keep-alive takes.</summary>
    public void CheckAnswers()
    {
        foreach (var (_, since) in _unanswered)
        {
            if (World.Now - since > s_keepaliveLimit)
                Fail($"data of {since} is not answered at {World.Now}");
        }
    }

    public PeerStatus StatusOf(TunnelHost peer) => Device.StatusOf(_routes.Find(peer.Address));

    public void Dispose() => Device.Dispose();

    private WireGuardDevice NewDevice(HandshakeStamp stamp) =>
        new(new DeviceOptions { PrivateKey = _privateKey, LatestStamp = stamp }, World.Random);

    private void Configure(TunnelHost host, TimeSpan persistent, bool isKnown)
    {
        var path = isKnown ? new DatagramPath(host.Endpoint, default) : default;
        var peer = Device.AddPeer(World.Now, new PeerOptions { PublicKey = host.Device.PublicKey, Path = path, PersistentKeepalive = persistent });
        _routes.Add(new IpPrefix(host.Address, 32), peer);
        _peers[peer] = host;
    }

    private void Deliver(PeerId peer, ReadOnlySpan<byte> packet)
    {
        if (!Ipv4Header.TryRead(packet, out var header))
            Fail("what came out is no packet");
        if (_routes.Find(IpAddress.V4(header.Source)) != peer)
            Fail($"a packet from {IpAddress.V4(header.Source)} came from {_peers[peer].Name}");
        var number = BinaryPrimitives.ReadUInt64BigEndian(packet[20..]);
        Span<byte> body = stackalloc byte[packet.Length - LeastPacket];
        FillBody(body, number);
        if (!packet[LeastPacket..].SequenceEqual(body))
            Fail($"packet {number} was changed on its way");
        if (!_received.Add(number))
            Fail($"packet {number} was delivered twice");
    }

    private static void FillBody(Span<byte> body, ulong number)
    {
        for (var i = 0; i < body.Length; i++)
            body[i] = (byte)(number + (uint)i);
    }

    private void Pump()
    {
        while (Device.Poll(World.Now, Wall, _buffer, out var outgoing))
            SendOut(outgoing.Peer, outgoing.Path.Remote, _buffer.AsSpan(0, outgoing.Length));
        var next = Device.NextDeadline;
        if (next >= _wakeAt)
            return;
        _wakeAt = next;
        World.At(next, () =>
        {
            // A later call may have asked for an earlier time, and a restart for none.
            if (_wakeAt > World.Now)
                return;
            _wakeAt = Timestamp.Never;
            Pump();
        });
    }

    private void SendOut(PeerId peer, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        if (_unanswered.Remove(peer, out var since) && World.Now - since > s_keepaliveLimit)
            Fail($"data of {since} was answered at {World.Now} only");
        if (to != default)
            _network.Send(this, to, datagram);
    }

    private void Fail(string what) => throw new WorldException($"{Name}: {what}");
}
