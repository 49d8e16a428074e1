using Edge.Dataplane;
using Edge.Dataplane.Offload;
using Edge.Dataplane.Tailnet;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Disco;
using Edge.Protocols.Filter;
using Edge.Protocols.Netstack;
using Edge.Protocols.Routes;
using Edge.Protocols.WireGuard;

namespace Edge.Lab.World.Nat;

/// <summary>A node of a tailnet: a whole engine with a netstack, told of its peers by a scripted netmap. It serves and fetches bytes that can be told to be right.</summary>
internal sealed class TailnetHost : NatHost, INetstackUser, IDisposable
{
    private const ushort Port = 80;
    private const int Period = 251;

    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch.AddYears(56);

    private readonly PrivateKey _discoKey;
    private readonly SealedOutbox _outbox = new();
    private readonly Dictionary<TcpConnection, Transfer> _fetching = [];
    private readonly Dictionary<TcpConnection, int> _serving = [];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private NetworkMap? _map;

    public TailnetHost(NatWorld network, string name, int number, NatSite site, Endpoint endpoint)
        : this(network, name, number, site, endpoint, network.NewKey())
    {
    }

    /// <summary>One whose node key is known: the same node, started again. The key is disposed of.</summary>
    public TailnetHost(NatWorld network, string name, int number, NatSite site, Endpoint endpoint, PrivateKey nodeKey)
        : base(network, name, site, endpoint, nodeKey.PublicKey)
    {
        Number = number;
        Address = IpAddress.V4(0x6440_0000u + (uint)number);
        _discoKey = network.NewKey();
        var device = new WireGuardDevice(new DeviceOptions { PrivateKey = nodeKey.KeyPair.PrivateKey, Mtu = 1280 }, World.Random);
        var routes = new Routes();
        var filter = new Filter();
        var paths = new PathDiscovery(_discoKey, NodeKey, new DiscoOptions(), World.Random);
        Span<byte> secret = stackalloc byte[32];
        World.Random.Fill(secret);
        Stack = new IpStack(new NetstackOptions { Mtu = 1280 }, secret);
        Stack.AddAddress(Address);
        Stack.Listen(null, Port);
        Engine = new Engine(device, routes, new EngineStack(Stack, this), new EngineTailnet(paths, filter, new TailnetPeers(device, routes, paths, filter)));
        nodeKey.Dispose();
    }

    public int Number { get; }

    /// <summary>In the tailnet.</summary>
    public IpAddress Address { get; }

    public Engine Engine { get; }

    public IpStack Stack { get; }

    public PathDiscovery Paths => Engine.Tailnet!.Paths;

    /// <summary>All that happened to paths.</summary>
    public List<(Timestamp At, PathEvent Event)> Events { get; } = [];

    /// <summary>Addresses of the netstack that only this side may send to.</summary>
    public IpAddress[] Services { get; init; } = [];

    /// <summary>Managed memory that the engine allocated for the packets that it was given.</summary>
    public long AllocatedForPackets { get; private set; }

    /// <summary>How many bytes each connection is served in all.</summary>
    public int TotalBytes { get; set; }

    /// <summary>How many of them there are by now.</summary>
    public int ServedBytes { get; set; }

    /// <summary>As the netmap tells of it.</summary>
    public TailnetNode Node => new()
    {
        Id = new NodeId(Number),
        Name = $"{Name}.lab.ts.net.",
        Key = new KeyOf<NodeKind>(NodeKey),
        DiscoKey = new KeyOf<DiscoKind>(_discoKey.PublicKey),
        Addresses = [new IpPrefix(Address, 32)],
        AllowedIps = [new IpPrefix(Address, 32)],
        Endpoints = [.. Published],
        HomeRegion = 1,
    };

    /// <summary>A netmap with these peers; whom rules let in is told.</summary>
    public void Learn(IEnumerable<TailnetNode> peers, params IEnumerable<FilterRule> rules)
    {
        var builder = new NetworkMapBuilder(_map) { Self = Node, Filter = [.. rules] };
        foreach (var peer in peers)
            builder.SetPeer(peer);
        Learn(builder.ToMap());
    }

    public void Learn(NetworkMap map)
    {
        _map = map;
        Engine.Tailnet!.Peers.Apply(World.Now, UtcTime.Of(Wall), map, new TailnetPreferences());
        Engine.ForgetLookups();
        Pump();
    }

    /// <summary>Fetches what a peer serves.</summary>
    public Transfer Fetch(TailnetHost from)
    {
        var transfer = new Transfer();
        var connection = Stack.Connect(World.Now, Address, new Endpoint(from.Address, Port))!;
        _fetching.Add(connection, transfer);
        Pump();
        return transfer;
    }

    /// <summary>Reaches its relay again, after what was sent there was lost.</summary>
    public void FindRelay()
    {
        HasRelay = true;
        Engine.RelayFound(World.Now, 1);
        Pump();
    }

    /// <summary>Takes a packet of the system's, which is beside the netstack.</summary>
    public void Send(ReadOnlySpan<byte> packet)
    {
        if (!PacketCut.TryBegin(packet, default, out var cut))
            throw Failed("what the system sent is no packet");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isTaken = Engine.HandlePacket(World.Now, packet, ref cut, _outbox);
        AllocatedForPackets += GC.GetAllocatedBytesForCurrentThread() - before;
        // The outbox is cleared after each packet.
        if (!isTaken)
            throw Failed("there was no room for a packet");
        Pump();
    }

    /// <summary>So many of the bytes are there from now on.</summary>
    public void Serve(int bytes)
    {
        ServedBytes = bytes;
        foreach (var connection in _serving.Keys.ToArray())
            Write(connection);
        Pump();
    }

    public PathStatus StatusOf(TailnetHost peer) => Paths.StatusOf(Engine.Tailnet!.Peers.Find(new NodeId(peer.Number)));

    public void Dispose()
    {
        Engine.Dispose();
        _discoKey.Dispose();
        _outbox.Dispose();
    }

    ReadOnlySpan<IpAddress> INetstackUser.OwnServices => Services;

    void INetstackUser.Happened(Timestamp now, in NetstackEvent happened)
    {
        var connection = happened.Connection!;
        if (_fetching.TryGetValue(connection, out var transfer))
        {
            Read(now, connection, transfer, happened.Events);
            return;
        }
        if ((happened.Events & TcpEvents.Established) != 0)
            _serving.Add(connection, 0);
        if ((happened.Events & TcpEvents.Closed) != 0)
            _serving.Remove(connection);
        else if (_serving.ContainsKey(connection))
            Write(connection);
    }

    protected override void Take(Endpoint source, byte[] datagram)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Engine.HandleDatagrams(World.Now, new DatagramPath(source, default), datagram, datagram.Length, Engine.SystemPackets);
        AllocatedForPackets += GC.GetAllocatedBytesForCurrentThread() - before;
        Engine.SystemPackets?.Flush();
    }

    protected override void TakeRelayed(PublicKey from, byte[] packet)
    {
        Engine.HandleRelayed(World.Now, 1, from, packet);
        Engine.SystemPackets?.Flush();
    }

    protected override void Found(Endpoint[] endpoints) => Paths.SetLocalEndpoints(World.Now, endpoints);

    protected override void Pump()
    {
        bool isDone;
        do
        {
            isDone = Engine.Poll(World.Now, Wall, _outbox);
            SendOut(_outbox, static (host, run, datagram) => host.Network.Send(host, run.Path.Remote, datagram));
            SendOut(Engine.Tailnet!.Relayed, static (host, run, datagram) => host.Network.Relay(host, host.Engine.Device.PublicKeyOf(run.Peer), datagram));
        }
        while (!isDone);
        while (Paths.TryTakeEvent(out var happened))
            Events.Add((World.Now, happened));
        if (Paths.NeedsEndpoints && !IsAsking)
            Discover();
        WakeAt(Engine.NextDeadline);
    }

    private DateTimeOffset Wall => s_start + TimeSpan.FromTicks(World.Now.Nanoseconds / 100);

    private void SendOut(SealedOutbox outbox, Action<TailnetHost, SealedRun, byte[]> send)
    {
        foreach (var run in outbox.Runs)
        {
            for (var at = 0; at < run.Length; at += run.SegmentSize)
                send(this, run, outbox.Slab.Slice(run.Offset + at, Math.Min(run.SegmentSize, run.Length - at)).ToArray());
        }
        outbox.Clear();
    }

    private void Read(Timestamp now, TcpConnection connection, Transfer transfer, TcpEvents events)
    {
        for (int count; (count = connection.Read(now, _buffer)) > 0;)
        {
            for (var i = 0; i < count; i++)
            {
                if (_buffer[i] != (byte)((transfer.Received + i) % Period))
                    throw Failed($"byte {transfer.Received + i} is another");
            }
            transfer.Received += count;
        }
        if ((events & TcpEvents.Established) != 0)
            transfer.ConnectedAt = now;
        if ((events & TcpEvents.PeerFinished) != 0)
        {
            transfer.DoneAt = now;
            connection.Release(now);
            _fetching.Remove(connection);
        }
        else if ((events & TcpEvents.Closed) != 0)
        {
            transfer.Failure = connection.CloseReason;
            _fetching.Remove(connection);
        }
    }

    private void Write(TcpConnection connection)
    {
        ref var written = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(_serving, connection);
        while (written < ServedBytes)
        {
            var step = Math.Min(_buffer.Length, ServedBytes - written);
            for (var i = 0; i < step; i++)
                _buffer[i] = (byte)((written + i) % Period);
            var taken = connection.Write(_buffer.AsSpan(0, step));
            written += taken;
            if (taken < step)
                return;
        }
        if (written == TotalBytes)
            connection.FinishSending();
    }

    /// <summary>Bytes on their way to a host.</summary>
    internal sealed class Transfer
    {
        public long Received { get; set; }

        public Timestamp? ConnectedAt { get; set; }

        /// <summary>When the last byte came.</summary>
        public Timestamp? DoneAt { get; set; }

        public CloseReason Failure { get; set; }
    }
}
