using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Protocols.Disco;
using Edge.Protocols.Stun;

namespace Edge.Lab.World.Nat;

/// <summary>A host that looks for paths to its peers, and sends numbered packets over what it has found.</summary>
internal sealed class PathHost : IDisposable
{
    private static readonly Timestamp s_never = Timestamp.Never;

    private readonly NatWorld _network;
    private readonly PrivateKey _discoKey;
    private readonly byte[] _buffer = new byte[PathDiscovery.PollBufferSize];
    private readonly byte[] _transaction = new byte[StunBinding.TransactionIdSize];
    private readonly HashSet<ulong> _received = [];
    private readonly Dictionary<PeerId, PathHost> _peers = [];
    private Timestamp _wakeAt = s_never;
    private bool _isAsking;

    public PathHost(NatWorld network, string name, NatSite site, Endpoint endpoint, DiscoOptions options)
    {
        (_network, Name, Site, Endpoint) = (network, name, site, endpoint);
        Span<byte> key = stackalloc byte[32];
        World.Random.Fill(key);
        _discoKey = new PrivateKey(key);
        World.Random.Fill(key);
        using var node = new PrivateKey(key);
        NodeKey = node.PublicKey;
        Paths = new PathDiscovery(_discoKey, NodeKey, options, World.Random);
        network.Join(this);
    }

    public string Name { get; }

    public NatSite Site { get; }

    public Endpoint Endpoint { get; private set; }

    public PublicKey NodeKey { get; }

    public PathDiscovery Paths { get; }

    /// <summary>False: no relay is reached from here.</summary>
    public bool HasRelay { get; set; } = true;

    /// <summary>Endpoints that this host has told the netmap of.</summary>
    public IReadOnlyList<Endpoint> Published { get; private set; } = [];

    /// <summary>Numbers of the packets that came, each once.</summary>
    public IReadOnlyCollection<ulong> Received => _received;

    /// <summary>When the first packet came.</summary>
    public Timestamp? FirstAt { get; private set; }

    /// <summary>All that happened to paths.</summary>
    public List<(Timestamp At, PathEvent Event)> Events { get; } = [];

    private World World => _network.World;

    /// <summary>The netmap tells of a peer.</summary>
    public void Meet(PathHost peer)
    {
        var id = new PeerId(_peers.Count + 1);
        foreach (var (known, host) in _peers)
        {
            if (host == peer)
                id = known;
        }
        _peers[id] = peer;
        Paths.SetPeer(World.Now, new DiscoPeerOptions
        {
            Id = id, NodeKey = peer.NodeKey, DiscoKey = peer._discoKey.PublicKey, HomeRegion = 1, Endpoints = peer.Published.ToArray(),
        });
        Pump();
    }

    /// <summary>Finds out where this host seems to be, and tells its own core.</summary>
    public void Discover()
    {
        _isAsking = true;
        World.Random.Fill(_transaction);
        var request = new byte[StunBinding.RequestSize];
        StunBinding.WriteRequest(request, _transaction);
        _network.Send(this, NatWorld.Stun, request);
        // Without an answer its own address has to do.
        World.After(TimeSpan.FromSeconds(3), () =>
        {
            if (_isAsking)
                Publish([Endpoint]);
        });
    }

    /// <summary>Another address inside: the interface changed.</summary>
    public void Move(Endpoint endpoint)
    {
        _network.Leave(this);
        Endpoint = endpoint;
        _network.Join(this);
        Paths.Rebind(World.Now);
        Pump();
    }

    /// <summary>Sends a packet, over every path that the core names.</summary>
    public void Send(PathHost to, ulong number)
    {
        var path = Paths.PathOf(World.Now, IdOf(to));
        var packet = BitConverter.GetBytes(number);
        if (path.IsDirect)
            _network.Send(this, path.Direct.Remote, packet);
        if (path.Region != 0)
            _network.Relay(this, to.NodeKey, packet);
        Pump();
    }

    public PathStatus StatusOf(PathHost peer) => Paths.StatusOf(IdOf(peer));

    public PeerId IdOf(PathHost peer) => _peers.Single(pair => pair.Value == peer).Key;

    public void Receive(Endpoint source, byte[] datagram)
    {
        if (datagram.Length == sizeof(ulong))
            Take(datagram);
        else if (StunBinding.ReadResponse(datagram, out var transaction, out var mapped) == StunVerdict.Accepted && transaction.SequenceEqual(_transaction))
            Publish(mapped == Endpoint ? [Endpoint] : [mapped, Endpoint]);
        else
            Check(Paths.Handle(World.Now, datagram, new DatagramPath(source, default)));
        Pump();
    }

    public void ReceiveRelayed(PublicKey from, byte[] packet)
    {
        if (packet.Length == sizeof(ulong))
            Take(packet);
        else
            Check(Paths.HandleRelayed(World.Now, packet, 1, from));
        Pump();
    }

    public void Dispose()
    {
        Paths.Dispose();
        _discoKey.Dispose();
    }

    private void Take(byte[] packet)
    {
        FirstAt ??= World.Now;
        _received.Add(BitConverter.ToUInt64(packet));
    }

    private void Publish(Endpoint[] endpoints)
    {
        _isAsking = false;
        Published = endpoints;
        Paths.SetLocalEndpoints(World.Now, endpoints);
        Pump();
    }

    private void Check(DiscoVerdict verdict)
    {
        if (verdict is DiscoVerdict.NotDisco or DiscoVerdict.Forged or DiscoVerdict.Malformed)
            throw new WorldException($"{Name}: an honest packet was judged {verdict}");
    }

    private void Pump()
    {
        while (Paths.Poll(World.Now, _buffer, out var outgoing))
        {
            var packet = _buffer.AsSpan(0, outgoing.Length).ToArray();
            if (outgoing.Region != 0)
                _network.Relay(this, outgoing.NodeKey, packet);
            else
                _network.Send(this, outgoing.Path.Remote, packet);
        }
        while (Paths.TryTakeEvent(out var happened))
            Events.Add((World.Now, happened));
        if (Paths.NeedsEndpoints && !_isAsking)
            Discover();
        var next = Paths.NextDeadline;
        if (next >= _wakeAt)
            return;
        _wakeAt = next;
        World.At(next, () =>
        {
            if (_wakeAt > World.Now)
                return;
            _wakeAt = s_never;
            Pump();
        });
    }
}
