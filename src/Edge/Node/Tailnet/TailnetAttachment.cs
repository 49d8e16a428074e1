using System.Collections.Concurrent;
using Edge.Dataplane;
using Edge.Dataplane.Tailnet;
using Edge.Foundation;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Native;
using Edge.Io.Netlink;
using Edge.Io.Shard;
using Edge.Io.Tun;
using Edge.Node.Tailnet.Relays;
using Edge.Node.Tunnels;
using Edge.Protocols.Disco;
using Edge.Protocols.Filter;
using Edge.Protocols.Routes;
using Edge.Protocols.Stun;
using Edge.Protocols.WireGuard;

namespace Edge.Node.Tailnet;

/// <summary>
/// A tailnet's data path: engine, sockets and relays on a shard's thread, told of netmaps by others. A new node key is a new engine in the place of
/// the old one, with the netstack's connections kept.
/// </summary>
internal sealed class TailnetAttachment : ITailnetUser, IAsyncDisposable
{
    // Events that nobody has read; beyond, they are lost: what they tell can be asked for.
    private const int MostEvents = 256;

    private readonly AttachmentTerms _terms;
    private readonly EngineStack _stack;
    private readonly SocketPair _sockets;
    private readonly PrivateKey _discoKey;
    private readonly EntropySource _entropy = new SystemEntropy();
    private readonly PacketQueue _inbox;
    private readonly Action<Timestamp> _takeRelayed;
    private readonly ConcurrentQueue<PathNews> _events = new();
    private Engine _engine;
    private HandshakeStampFile _stamps;
    private NetworkMap? _waitingMap;
    private TailnetPreferences _preferences = new();
    private long _expiry = long.MaxValue;
    private bool _wasChecking;
    private bool _toldAnswer;
    private bool _toldNeeds;
    private bool _mayHaveRelayed;

    /// <summary>Opens the sockets and starts the thread.</summary>
    /// <param name="terms">What it is made with.</param>
    /// <param name="nodeKey">Borrowed.</param>
    /// <param name="stack">The network's netstack.</param>
    /// <param name="relays">Carry what has no other way; the caller's, to dispose after this.</param>
    /// <param name="tun">The host's interface, beside the netstack; null: there is none. Owned, unless this throws.</param>
    /// <exception cref="SystemError">The system gives no socket.</exception>
    public TailnetAttachment(AttachmentTerms terms, PrivateKey nodeKey, EngineStack stack, RelayLinks relays, TunDevice? tun = null)
    {
        (_terms, _stack, Relays) = (terms, stack, relays);
        // First, since there may be none to be had: nothing is left behind then.
        _sockets = SocketPair.Open(terms.ListenPort, terms.Mark, terms.Report);
        _inbox = new PacketQueue(terms.QueueCapacity);
        _takeRelayed = TakeRelayed;
        _discoKey = NewKey(_entropy);
        (_engine, _stamps) = MakeEngine(nodeKey);
        Shard = new Shard(_engine, terms.Name, tun, _sockets.V4, _sockets.V6, this, NetlinkWatch.TryOpen(), terms.AddressesChanged);
        Shard.Start();
    }

    public Shard Shard { get; }

    public RelayLinks Relays { get; }

    /// <summary>UDP.</summary>
    public ushort Port => _sockets.Any.Port;

    public bool HasV4 => _sockets.V4 is not null;

    public bool HasV6 => _sockets.V6 is not null;

    /// <summary>Of this start.</summary>
    public KeyOf<DiscoKind> DiscoKey => new(_discoKey.PublicKey);

    /// <summary>Changed by the shard's thread, which its parts are for; counters can be read by any.</summary>
    public Engine Engine => Volatile.Read(ref _engine);

    /// <summary>The last snapshot's next end of a key, as the calendar tells it; null: none ends.</summary>
    public UtcTime? NextExpiry => Volatile.Read(ref _expiry) is var seconds and not long.MaxValue ? new UtcTime(seconds, 0) : null;

    /// <summary>Packets that relays brought or were to carry and that found no room.</summary>
    public long Lost => _inbox.Lost + Relays.All.Sum(static link => link.Lost);

    /// <summary>Takes a netmap; those that come faster than they can be taken are passed over, all but the last.</summary>
    public void Apply(NetworkMap map, TailnetPreferences preferences)
    {
        Volatile.Write(ref _preferences, preferences);
        if (Interlocked.Exchange(ref _waitingMap, map) is null)
            Shard.Post(ApplyWaiting);
    }

    /// <summary>Takes out the peers whose keys have ended.</summary>
    public void Expire() => Shard.Post(now =>
    {
        var peers = _engine.Tailnet!.Peers;
        peers.Expire(now, UtcTime.Of(_terms.Time.GetUtcNow()));
        _engine.ForgetLookups();
        NoteExpiry(peers);
    });

    /// <summary>Takes a packet that a relay brought; by the relays' threads.</summary>
    public void Received(int region, in PublicKey sender, ReadOnlySpan<byte> packet)
    {
        if (_inbox.Add(region, sender, packet))
            Shard.Post(_takeRelayed);
    }

    /// <summary>Asks STUN servers, from the socket that peers send to; <see cref="AttachmentTerms.Checked"/> is told what they say.</summary>
    public void BeginCheck(StunTarget[] targets, int home, bool isFull) => Shard.Post(now =>
    {
        _engine.Tailnet!.Check!.Begin(now, targets, home, isFull);
        (_wasChecking, _toldAnswer) = (true, false);
    });

    /// <summary>A relay has taken this node in again, and what was sent there meanwhile was lost.</summary>
    public void RelayFound(int region) => Shard.Post(now => _engine.RelayFound(now, region));

    /// <summary>Another node key: a new engine, which knows the last netmap.</summary>
    public void Rekey(PrivateKey nodeKey)
    {
        var (engine, stamps) = MakeEngine(nodeKey);
        _stamps = stamps;
        Shard.Post(now =>
        {
            var map = _engine.Tailnet!.Peers.Map;
            Shard.Replace(engine);
            Volatile.Write(ref _engine, engine);
            if (map is not null)
                Apply(now, map);
        });
    }

    /// <summary>What happened to paths, the oldest first.</summary>
    public bool TryTakeEvent(out PathNews news) => _events.TryDequeue(out news);

    /// <summary>Keeps the greatest handshake timestamp, for a start with a clock that went back.</summary>
    /// <exception cref="TimeoutException">The data path does not answer.</exception>
    public async Task KeepStamp()
    {
        var stamp = default(HandshakeStamp);
        await Shard.Ask(_ => stamp = _engine.Device.LatestStamp);
        _stamps.Write(stamp);
    }

    public async ValueTask DisposeAsync()
    {
        Shard.Stop();
        await Shard.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stamps.Write(_engine.Device.LatestStamp);
        Shard.Dispose();
        _inbox.Dispose();
        _discoKey.Dispose();
    }

    void ITailnetUser.Relay(int region, in PublicKey peer, ReadOnlySpan<byte> datagram) => Relays.Send(region, peer, datagram);

    void ITailnetUser.Turned(Timestamp now, EngineTailnet tailnet)
    {
        if (_mayHaveRelayed)
        {
            _mayHaveRelayed = false;
            Shard.Post(_takeRelayed);
        }
        if (_wasChecking && !_toldAnswer && tailnet.Check!.HasAnswer)
        {
            _toldAnswer = true;
            _terms.Heard(tailnet.Check.SoFar(now));
        }
        if (_wasChecking && !tailnet.Check!.IsRunning)
        {
            _wasChecking = false;
            _terms.Checked(tailnet.Check.Report);
        }
        // Asked for once: the answer takes the need away.
        if (tailnet.Paths.NeedsEndpoints != _toldNeeds)
        {
            _toldNeeds = tailnet.Paths.NeedsEndpoints;
            if (_toldNeeds)
                _terms.EndpointsWanted();
        }
        var isAny = false;
        while (tailnet.Paths.TryTakeEvent(out var happened))
        {
            if (tailnet.Peers.NodeOf(happened.Peer) is not { } node || _events.Count >= MostEvents)
                continue;
            _events.Enqueue(new PathNews(node, happened));
            isAny = true;
        }
        if (isAny)
            _terms.PathsChanged();
    }

    void ITailnetUser.Idled()
    {
        _inbox.Trim();
        foreach (var link in Relays.All)
            link.Trim();
    }

    /// <summary>A key that nobody has.</summary>
    internal static PrivateKey NewKey(EntropySource entropy)
    {
        Span<byte> bytes = stackalloc byte[PrivateKey.Size];
        entropy.Fill(bytes);
        var key = new PrivateKey(bytes);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    private (Engine Engine, HandshakeStampFile Stamps) MakeEngine(PrivateKey nodeKey)
    {
        var stamps = new HandshakeStampFile(_terms.StateFolder, nodeKey.PublicKey.Bytes);
        var device = new WireGuardDevice(new DeviceOptions { PrivateKey = nodeKey.KeyPair.PrivateKey, Mtu = _terms.Mtu, LatestStamp = stamps.Read() }, _entropy);
        var routes = new Routes();
        var filter = new Filter();
        var paths = new PathDiscovery(_discoKey, nodeKey.PublicKey, _terms.Disco, _entropy);
        var tailnet = new EngineTailnet(paths, filter, new TailnetPeers(device, routes, paths, filter), new NetCheck(_entropy));
        return (new Engine(device, routes, _stack, tailnet), stamps);
    }

    private void ApplyWaiting(Timestamp now)
    {
        if (Interlocked.Exchange(ref _waitingMap, null) is { } map)
            Apply(now, map);
    }

    private void Apply(Timestamp now, NetworkMap map)
    {
        var peers = _engine.Tailnet!.Peers;
        peers.Apply(now, UtcTime.Of(_terms.Time.GetUtcNow()), map, Volatile.Read(ref _preferences));
        _engine.ForgetLookups();
        NoteExpiry(peers);
        _terms.Applied(map);
    }

    private void NoteExpiry(TailnetPeers peers) => Volatile.Write(ref _expiry, peers.NextExpiry?.Seconds ?? long.MaxValue);

    private void TakeRelayed(Timestamp now)
    {
        // One batch: what it causes is sent before the next one.
        _mayHaveRelayed = _inbox.Take();
        var at = 0;
        while (_inbox.TryRead(ref at, out var region, out var sender, out var packet))
            _engine.HandleRelayed(now, region, sender, packet);
        // Before the next batch comes in the place of this one.
        Shard.Flush();
    }
}
