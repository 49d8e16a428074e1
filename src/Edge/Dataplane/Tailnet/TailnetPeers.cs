using System.Runtime.InteropServices;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Protocols.Disco;
using Edge.Protocols.Filter;
using Edge.Protocols.Routes;
using Edge.Protocols.WireGuard;

namespace Edge.Dataplane.Tailnet;

/// <summary>
/// Keeps WireGuard, routes, paths and filter in step with the netmap: a change of one peer is work for that peer, in each of them. A peer that may
/// not be reached (its key has ended, or it is not signed) is in none.
/// </summary>
internal sealed class TailnetPeers(WireGuardDevice device, Routes routes, PathDiscovery paths, Filter filter)
{
    private readonly Dictionary<NodeId, Entry> _byNode = [];
    private readonly Dictionary<PeerId, NodeId> _byPeer = [];
    private readonly List<PeerChange> _changes = [];
    private readonly List<IpPrefix> _prefixes = [];
    private readonly PriorityQueue<NodeId, UtcTime> _expiries = new();
    private readonly HashSet<PeerId> _jailed = [];
    private NetworkMap? _map;
    private TailnetPreferences _preferences = new();

    /// <summary>Peers that packets can pass to and from.</summary>
    public int Count => _byNode.Count;

    /// <summary>Peers whose key another peer has: the netmap contradicts itself, and the one that came first stays.</summary>
    public int Contradictions { get; private set; }

    /// <summary>The snapshot that was applied last.</summary>
    public NetworkMap? Map => _map;

    public bool IsJailed(PeerId peer) => _jailed.Count > 0 && _jailed.Contains(peer);

    /// <summary>The peer of a node; none: there is none, or it may not be reached.</summary>
    public PeerId Find(NodeId node) => _byNode.TryGetValue(node, out var entry) ? entry.Peer : PeerId.None;

    /// <summary>The node of a peer; null: there is none any more.</summary>
    public TailnetNode? NodeOf(PeerId peer) => _byPeer.TryGetValue(peer, out var node) ? _byNode[node].Node : null;

    /// <summary>Takes the next snapshot. The engine's <see cref="Engine.ForgetLookups"/> is to be called after it.</summary>
    /// <param name="now">The monotonic time.</param>
    /// <param name="wall">The time of day, by which keys end.</param>
    /// <param name="map">A later one than before, or the same with other preferences.</param>
    /// <param name="preferences">What this node wants.</param>
    public void Apply(Timestamp now, UtcTime wall, NetworkMap map, TailnetPreferences preferences)
    {
        var before = _map;
        // Other preferences change what each peer is for.
        var isAnew = _preferences.AcceptsRoutes != preferences.AcceptsRoutes || _preferences.ExitNode != preferences.ExitNode;
        (_map, _preferences) = (map, preferences);
        if (before is null || before.Filter != map.Filter)
            filter.Rules = new FilterRules(map.Filter);
        filter.IsShieldsUp = preferences.IsShieldsUp;
        SetLocal(map.Self);
        _changes.Clear();
        map.CollectChanges(before, _changes);
        // Those that go first: what they had may be another's now.
        foreach (var change in _changes)
        {
            filter.Capabilities.Apply(change);
            if (change.After is null)
                Remove(change.Id);
        }
        foreach (var change in _changes)
        {
            if (change.After is { } node)
                Set(now, wall, node);
        }
        if (isAnew)
        {
            foreach (var (_, node) in map.Peers)
                Set(now, wall, node);
        }
    }

    /// <summary>When the next key ends; null: none does.</summary>
    public UtcTime? NextExpiry => _expiries.TryPeek(out _, out var at) ? at : null;

    /// <summary>Takes out the peers whose keys have ended by now.</summary>
    public void Expire(Timestamp now, UtcTime wall)
    {
        while (_expiries.TryPeek(out var node, out var at) && at <= wall)
        {
            _expiries.Dequeue();
            // Its key may have been renewed meanwhile.
            if (_map!.FindPeer(node) is { } peer)
                Set(now, wall, peer);
        }
    }

    private void SetLocal(TailnetNode self)
    {
        _prefixes.Clear();
        _prefixes.AddRange(self.Addresses.Span);
        _prefixes.AddRange(_preferences.AdvertisedRoutes.Span);
        filter.SetLocal(CollectionsMarshal.AsSpan(_prefixes));
    }

    private void Set(Timestamp now, UtcTime wall, TailnetNode node)
    {
        var isReachable = node.MayBeReachedAt(wall) && !node.Key.Key.IsZero;
        if (_byNode.TryGetValue(node.Id, out var entry) && (!isReachable || entry.Node.Key != node.Key))
            Remove(node.Id);
        if (!isReachable)
            return;
        if (!_byNode.ContainsKey(node.Id))
        {
            if (!device.FindPeer(node.Key.Key.Bytes).IsNone || node.Key.Key.Bytes.SequenceEqual(device.PublicKey) || device.PeerCount >= WireGuardLimits.MaxPeers)
            {
                Contradictions++;
                return;
            }
            entry = new Entry(device.AddPeer(now, new PeerOptions { PublicKey = node.Key.Key.Bytes }), node);
            if (!node.KeyExpiry.IsZero)
                _expiries.Enqueue(node.Id, node.KeyExpiry);
        }
        else if (!node.KeyExpiry.IsZero && node.KeyExpiry != entry.Node.KeyExpiry)
        {
            _expiries.Enqueue(node.Id, node.KeyExpiry);
        }
        // Clients make a disco key at each start: what this one knew of sessions is gone with the old key.
        if (entry.Node.DiscoKey != node.DiscoKey && !entry.Node.DiscoKey.Key.IsZero && !node.DiscoKey.Key.IsZero)
            device.Restart(now, entry.Peer);
        _byNode[node.Id] = new Entry(entry.Peer, node);
        _byPeer[entry.Peer] = node.Id;
        SetRoutes(entry.Peer, node);
        if (node.IsJailed)
            _jailed.Add(entry.Peer);
        else
            _jailed.Remove(entry.Peer);
        paths.SetPeer(now, new DiscoPeerOptions
        {
            Id = entry.Peer,
            NodeKey = node.Key.Key,
            DiscoKey = node.IsWireGuardOnly ? default : node.DiscoKey.Key,
            HomeRegion = node.HomeRegion,
            Endpoints = node.Endpoints.Span,
        });
    }

    private void Remove(NodeId id)
    {
        if (!_byNode.Remove(id, out var entry))
            return;
        _byPeer.Remove(entry.Peer);
        routes.RemovePeer(entry.Peer);
        paths.RemovePeer(entry.Peer);
        device.RemovePeer(entry.Peer);
        _jailed.Remove(entry.Peer);
    }

    private void SetRoutes(PeerId peer, TailnetNode node)
    {
        _prefixes.Clear();
        foreach (var prefix in node.AllowedIps)
        {
            if (node.Addresses.Contains(prefix) || (prefix.Length == 0 ? _preferences.ExitNode == node.Id : _preferences.AcceptsRoutes))
                _prefixes.Add(prefix);
        }
        if (IsSame(peer))
            return;
        routes.RemovePeer(peer);
        foreach (var prefix in _prefixes)
            routes.Add(prefix, peer);
    }

    private bool IsSame(PeerId peer)
    {
        var count = 0;
        foreach (var prefix in routes.PrefixesOf(peer))
        {
            if (!_prefixes.Contains(prefix))
                return false;
            count++;
        }
        return count == _prefixes.Count;
    }

    private readonly record struct Entry(PeerId Peer, TailnetNode Node);
}
