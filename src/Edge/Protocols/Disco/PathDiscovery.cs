using Edge.Crypto;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Buffers;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;

namespace Edge.Protocols.Disco;

/// <summary>
/// Finds the way to each peer and says where its packets are to be sent. It decides paths and nothing else: sockets, relay connections and
/// metrics are others'. Sans-I/O, one shard owns it.
/// <para>
/// Verbs. <see cref="Handle"/> and <see cref="HandleRelayed"/> take a packet. <see cref="PathOf"/> is asked before a peer's packets are sent, and
/// thereby learns that the peer is wanted. <see cref="Poll"/> writes what is to be sent, one packet a call, until there is none: call it after
/// the others and when <see cref="NextDeadline"/> has come. <see cref="TryTakeEvent"/> tells what changed.
/// </para>
/// <para>
/// The way to a peer: while it is wanted and nothing answers, its candidates are pinged and it is called by the relay, so that both sides ping
/// and open their NATs for each other; packets meanwhile go by the relay. What answers best is used, kept alive, tried against the others from
/// time to time, and used together with the relay as soon as it has not answered lately: a path that dies costs nothing but detours.
/// </para>
/// </summary>
internal sealed partial class PathDiscovery : IDisposable
{
    private readonly PrivateKey _key;
    private readonly PublicKey _nodeKey;
    private readonly DiscoOptions _options;
    private readonly EntropySource _entropy;
    private readonly Dictionary<PeerId, DiscoPeer> _peers = [];
    private readonly Dictionary<PublicKey, DiscoPeer> _byKey = [];
    private readonly DeadlineHeap<DiscoPeer> _deadlines = new();
    private readonly PendingPings _pings;
    private readonly PongQueue _pongs = new();
    private readonly Queue<PathEvent> _events = new();
    private readonly Queue<DiscoPeer> _found = new();
    private readonly ulong[] _verdicts = new ulong[Enum.GetValues<DiscoVerdict>().Length];
    private readonly byte[] _message = new byte[2048];
    private Endpoint[] _localEndpoints = [];
    private Timestamp _localEndpointsUntil = new(long.MinValue);

    private StrangerPackets? _strangers;

    // The peers with something to send, in a line.
    private WaitingLine<DiscoPeer> _waiting;

    /// <param name="key">Ours; the caller's.</param>
    /// <param name="nodeKey">Our node's, which pings tell.</param>
    /// <param name="options">Copied.</param>
    /// <param name="entropy">Kept; drawn from for transactions and nonces.</param>
    public PathDiscovery(PrivateKey key, in PublicKey nodeKey, in DiscoOptions options, EntropySource entropy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.HeartbeatInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.ReprobeInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.ProbeTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.DegradedAfterFailures, 1);
        (_key, _nodeKey, _options, _entropy) = (key, nodeKey, options, entropy);
        _pings = new PendingPings(options.ProbeTimeout);
        // Two heartbeats may be lost and the third still be on its way: 6.5 s with the default, as the stock client trusts a path.
        TrustTime = 3 * options.HeartbeatInterval + TimeSpan.FromMilliseconds(500);
    }

    public int PeerCount => _peers.Count;

    /// <summary>How long an answered path is used alone.</summary>
    public TimeSpan TrustTime { get; }

    /// <summary>Our own endpoints are stale, and somebody is to be told them: find them out, and call <see cref="SetLocalEndpoints"/>.</summary>
    public bool NeedsEndpoints { get; private set; }

    /// <summary><see cref="TryTakeFound"/> gives something.</summary>
    public bool HasFound => _found.Count > 0;

    /// <summary>Events that were lost because nobody fetched them.</summary>
    public ulong LostEvents { get; private set; }

    /// <summary>How many packets had this verdict.</summary>
    public ulong CountOf(DiscoVerdict verdict) => _verdicts[(int)verdict];

    /// <summary>Adds a peer, or takes what the netmap now says of it. Another disco key means that it started anew: all that was known is forgotten.</summary>
    public void SetPeer(Timestamp now, in DiscoPeerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(options.Id, PeerId.None);
        var (isStranger, wasActive) = (false, false);
        if (!_peers.TryGetValue(options.Id, out var peer))
        {
            peer = new DiscoPeer(options.Id);
            _peers.Add(options.Id, peer);
            AddKey(peer, options.DiscoKey);
            isStranger = true;
        }
        else if (peer.DiscoKey != options.DiscoKey || peer.NodeKey != options.NodeKey)
        {
            wasActive = peer.IsActive(now);
            RemoveKey(peer);
            Forget(peer);
            AddKey(peer, options.DiscoKey);
            isStranger = true;
        }
        peer.NodeKey = options.NodeKey;
        SetWays(now, peer, options);
        // What it was sent before it had this key may have gone to who it was then.
        if (wasActive && peer.HomeRegion != 0)
            Found(peer);
        if (isStranger)
            TakeEarly(now, peer);
    }

    /// <summary>Forgets a peer: its key is zeroed. Its id may be another's afterwards.</summary>
    /// <returns>False: there was none.</returns>
    public bool RemovePeer(PeerId id)
    {
        if (!_peers.Remove(id, out var peer))
            return false;
        RemoveKey(peer);
        Forget(peer);
        peer.IsRemoved = true;
        return true;
    }

    /// <summary>What calls say of where we are. To be repeated when asked for by <see cref="NeedsEndpoints"/>, and when it changes.</summary>
    /// <param name="now">They count as fresh for <see cref="DiscoLimits.EndpointLife"/>.</param>
    /// <param name="endpoints">The most useful first; those beyond <see cref="DiscoLimits.MaxLocalEndpoints"/> are left.</param>
    public void SetLocalEndpoints(Timestamp now, ReadOnlySpan<Endpoint> endpoints)
    {
        if (endpoints.Length > DiscoLimits.MaxLocalEndpoints)
            endpoints = endpoints[..DiscoLimits.MaxLocalEndpoints];
        var isOther = !endpoints.SequenceEqual(_localEndpoints);
        if (isOther)
            _localEndpoints = endpoints.ToArray();
        _localEndpointsUntil = now + DiscoLimits.EndpointLife;
        NeedsEndpoints = false;
        foreach (var peer in _peers.Values)
        {
            var isSearching = isOther && peer.State is PathState.Probing or PathState.RelayOnly or PathState.Degraded && peer.IsActive(now);
            if (!peer.AwaitsEndpoints && !isSearching)
                continue;
            peer.AwaitsEndpoints = false;
            Call(now, peer);
        }
    }

    /// <summary>Our own addresses or interfaces changed: no path is trusted until it has answered again.</summary>
    public void Rebind(Timestamp now)
    {
        _localEndpointsUntil = new Timestamp(long.MinValue);
        foreach (var peer in _peers.Values)
        {
            foreach (ref var candidate in peer.Candidates)
                candidate.Local = default;
            if (peer.TrustedUntil > now)
                peer.TrustedUntil = now;
            if (!peer.IsActive(now) || peer.DiscoKey.IsZero)
                continue;
            peer.Rounds = 0;
            BeginRound(now, peer);
        }
    }

    /// <summary>Where packets to a peer go now. Asking says that there are some, so that the path is looked for and kept.</summary>
    public PeerPath PathOf(Timestamp now, PeerId id)
    {
        if (!_peers.TryGetValue(id, out var peer))
            return default;
        if (peer.DiscoKey.IsZero)
        {
            peer.IsMissed |= peer.CandidateCount == 0;
            return new PeerPath(peer.CandidateCount > 0 ? peer.Candidates[0].Path : default, 0);
        }
        var wasActive = peer.IsActive(now);
        peer.ActiveAt = now;
        if (!wasActive)
            Wake(now, peer);
        if (peer.Best == DiscoPeer.None)
        {
            peer.IsMissed |= peer.HomeRegion == 0;
            return new PeerPath(default, peer.HomeRegion);
        }
        var isAlone = peer.State == PathState.Direct && now < peer.TrustedUntil;
        return new PeerPath(peer.Candidates[peer.Best].Path, isAlone ? 0 : peer.HomeRegion);
    }

    /// <summary>Its candidates were asked, and none of them has answered or failed yet.</summary>
    public bool IsProbing(PeerId id) => _peers.TryGetValue(id, out var peer) && peer.State == PathState.Probing;

    /// <summary>
    /// Pings a peer on the path in use; where that is not certain, at all its endpoints and by its relay, and looks for a better one. Each pong that comes is an
    /// event.
    /// </summary>
    /// <returns>False: there is no such peer, or it does not speak DISCO.</returns>
    public bool Ping(Timestamp now, PeerId id)
    {
        if (!_peers.TryGetValue(id, out var peer) || peer.DiscoKey.IsZero)
            return false;
        peer.ActiveAt = now;
        if (peer.State == PathState.Direct && now < peer.TrustedUntil)
        {
            // What is asked for is this path's time: a relay near by may answer sooner.
            ref var best = ref peer.Candidates[peer.Best];
            (best.IsAsked, best.WantsPing) = (true, true);
            _waiting.Add(peer);
            return true;
        }
        peer.WantsRelayPing = peer.HomeRegion != 0;
        foreach (ref var candidate in peer.Candidates)
            candidate.IsAsked = true;
        BeginRound(now, peer);
        return true;
    }

    /// <summary>For people; asking says nothing about being wanted.</summary>
    public PathStatus StatusOf(PeerId id)
    {
        if (!_peers.TryGetValue(id, out var peer))
            return default;
        var best = peer.Best == DiscoPeer.None ? default : peer.Candidates[peer.Best];
        return new PathStatus(peer.State, best.Remote, peer.HomeRegion, best.Latency, peer.CandidateCount);
    }

    /// <summary>
    /// A peer to which there is a way that there was not, or another than before: what it was sent meanwhile may have been lost, and what waited for
    /// a way can go.
    /// </summary>
    public bool TryTakeFound(out PeerId id)
    {
        while (_found.TryDequeue(out var peer))
        {
            peer.IsFound = false;
            id = peer.Id;
            if (!peer.IsRemoved)
                return true;
        }
        id = PeerId.None;
        return false;
    }

    /// <summary>This node waits at a relay again at which what it sent was lost: there is a way again to the peers that are at home there.</summary>
    public void RelayFound(Timestamp now, int region)
    {
        foreach (var peer in _peers.Values)
        {
            if (peer.HomeRegion == region && peer.IsActive(now))
                Found(peer);
        }
    }

    /// <summary>What happened, the oldest first.</summary>
    public bool TryTakeEvent(out PathEvent happened) => _events.TryDequeue(out happened);

    /// <summary>Zeroes the keys that it made.</summary>
    public void Dispose()
    {
        foreach (var peer in _peers.Values)
            peer.ZeroKey();
    }

    private void AddKey(DiscoPeer peer, in PublicKey key)
    {
        peer.DiscoKey = key;
        if (key.IsZero)
            return;
        peer.NextOfKey = _byKey.GetValueOrDefault(key);
        _byKey[key] = peer;
    }

    private void RemoveKey(DiscoPeer peer)
    {
        if (!_byKey.TryGetValue(peer.DiscoKey, out var at))
            return;
        if (at == peer)
        {
            if (peer.NextOfKey is { } next)
                _byKey[peer.DiscoKey] = next;
            else
                _byKey.Remove(peer.DiscoKey);
        }
        else
        {
            while (at.NextOfKey is { } next && next != peer)
                at = next;
            at.NextOfKey = peer.NextOfKey;
        }
        peer.NextOfKey = null;
    }

    /// <summary>What the netmap says of where a peer is.</summary>
    private void SetWays(Timestamp now, DiscoPeer peer, in DiscoPeerOptions options)
    {
        var (before, first) = (peer.HomeRegion, peer.CandidateCount > 0 ? peer.Candidates[0].Remote : default);
        peer.HomeRegion = options.HomeRegion;
        var isNew = Name(peer, options.Endpoints, CandidateSources.Netmap) || (before == 0 && options.HomeRegion != 0);
        if (peer.DiscoKey.IsZero)
        {
            // Its first endpoint is used unseen.
            if (peer.CandidateCount > 0 && peer.Candidates[0].Remote != first)
                Found(peer);
            return;
        }
        if (options.HomeRegion != 0 && (peer.IsMissed || (peer.IsActive(now) && options.HomeRegion != before)))
            Found(peer);
        // Who was missed before it had a disco key is looked for as soon as it can be asked.
        if (peer.IsMissed)
            peer.ActiveAt = now;
        if (!isNew || !peer.IsActive(now) || peer.State == PathState.Direct)
            return;
        peer.Rounds = 0;
        BeginRound(now, peer);
    }

    private void Found(DiscoPeer peer)
    {
        peer.IsMissed = false;
        if (peer.IsFound)
            return;
        peer.IsFound = true;
        _found.Enqueue(peer);
    }

    private void Forget(DiscoPeer peer)
    {
        if (peer.State != PathState.Unknown)
            SetState(peer, PathState.Unknown);
        peer.Reset();
        _deadlines.Remove(peer);
        _waiting.Remove(peer);
    }

    /// <summary>See <see cref="DiscoPeer.Name"/>; endpoints at which nobody can be, and those beyond the limit, are left out.</summary>
    private static bool Name(DiscoPeer peer, ReadOnlySpan<Endpoint> endpoints, CandidateSources source)
    {
        Span<Endpoint> possible = stackalloc Endpoint[DiscoLimits.MaxCandidates];
        var count = 0;
        foreach (var endpoint in endpoints)
        {
            if (count < possible.Length && IsPossible(endpoint))
                possible[count++] = endpoint;
        }
        return peer.Name(possible[..count], source);
    }

    /// <summary>Whether a single host can be there: what a peer says must not make us send to many.</summary>
    private static bool IsPossible(Endpoint endpoint) =>
        endpoint.Port != 0 && !endpoint.Address.IsUnspecified && !endpoint.Address.IsMulticast && endpoint.Address != IpAddress.V4(uint.MaxValue);

    private bool EnsureSharedKey(DiscoPeer peer) =>
        peer.HasSharedKey || (peer.HasSharedKey = CryptoBox.Precompute(_key.KeyPair.PrivateKey, peer.DiscoKey.Bytes, peer.SharedKey));

    private void SetState(DiscoPeer peer, PathState state)
    {
        peer.State = state;
        Tell(peer, PathEventKind.State);
    }

    private void Tell(DiscoPeer peer, PathEventKind kind)
    {
        var best = peer.Best == DiscoPeer.None ? default : peer.Candidates[peer.Best];
        Tell(new PathEvent(peer.Id, kind, peer.State, best.Remote, 0, best.Latency));
    }

    private void Tell(in PathEvent happened)
    {
        if (_events.Count == DiscoLimits.MaxEvents)
        {
            _events.Dequeue();
            LostEvents++;
        }
        _events.Enqueue(happened);
    }
}
