using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Protocols.Disco;

namespace Edge.Lab.World.Nat;

/// <summary>A host that looks for paths to its peers, and sends numbered packets over what it has found.</summary>
internal sealed class PathHost : NatHost, IDisposable
{
    private readonly PrivateKey _discoKey;
    private readonly byte[] _buffer = new byte[PathDiscovery.PollBufferSize];
    private readonly HashSet<ulong> _received = [];
    private readonly Dictionary<PeerId, PathHost> _peers = [];

    public PathHost(NatWorld network, string name, NatSite site, Endpoint endpoint, DiscoOptions options)
        : base(network, name, site, endpoint, network.NewKey().PublicKey)
    {
        _discoKey = network.NewKey();
        Paths = new PathDiscovery(_discoKey, NodeKey, options, World.Random);
    }

    public PathDiscovery Paths { get; }

    /// <summary>Numbers of the packets that came, each once.</summary>
    public IReadOnlyCollection<ulong> Received => _received;

    /// <summary>When the first packet came.</summary>
    public Timestamp? FirstAt { get; private set; }

    /// <summary>All that happened to paths.</summary>
    public List<(Timestamp At, PathEvent Event)> Events { get; } = [];

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

    /// <summary>Another address inside: the interface changed.</summary>
    public void Move(Endpoint endpoint)
    {
        MoveTo(endpoint);
        Paths.Rebind(World.Now);
        Pump();
    }

    /// <summary>Sends a packet, over every path that the core names.</summary>
    public void Send(PathHost to, ulong number)
    {
        var path = Paths.PathOf(World.Now, IdOf(to));
        var packet = BitConverter.GetBytes(number);
        if (path.IsDirect)
            Network.Send(this, path.Direct.Remote, packet);
        if (path.Region != 0)
            Network.Relay(this, to.NodeKey, packet);
        Pump();
    }

    public PathStatus StatusOf(PathHost peer) => Paths.StatusOf(IdOf(peer));

    public PeerId IdOf(PathHost peer) => _peers.Single(pair => pair.Value == peer).Key;

    public void Dispose()
    {
        Paths.Dispose();
        _discoKey.Dispose();
    }

    protected override void Take(Endpoint source, byte[] datagram)
    {
        if (datagram.Length == sizeof(ulong))
            TakeNumber(datagram);
        else
            Check(Paths.Handle(World.Now, datagram, new DatagramPath(source, default)));
    }

    protected override void TakeRelayed(PublicKey from, byte[] packet)
    {
        if (packet.Length == sizeof(ulong))
            TakeNumber(packet);
        else
            Check(Paths.HandleRelayed(World.Now, packet, 1, from));
    }

    protected override void Found(Endpoint[] endpoints) => Paths.SetLocalEndpoints(World.Now, endpoints);

    protected override void Pump()
    {
        while (Paths.Poll(World.Now, _buffer, out var outgoing))
        {
            var packet = _buffer.AsSpan(0, outgoing.Length).ToArray();
            if (outgoing.Region != 0)
                Network.Relay(this, outgoing.NodeKey, packet);
            else
                Network.Send(this, outgoing.Path.Remote, packet);
        }
        while (Paths.TryTakeEvent(out var happened))
            Events.Add((World.Now, happened));
        if (Paths.NeedsEndpoints && !IsAsking)
            Discover();
        WakeAt(Paths.NextDeadline);
    }

    private void TakeNumber(byte[] packet)
    {
        FirstAt ??= World.Now;
        _received.Add(BitConverter.ToUInt64(packet));
    }

    private void Check(DiscoVerdict verdict)
    {
        if (verdict is DiscoVerdict.NotDisco or DiscoVerdict.Forged or DiscoVerdict.Malformed)
            throw Failed($"an honest packet was judged {verdict}");
    }
}
