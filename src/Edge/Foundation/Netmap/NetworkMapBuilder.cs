using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;

namespace Edge.Foundation.Netmap;

/// <summary>Makes the next <see cref="NetworkMap"/>: from nothing, or from one with the work that its changes take.</summary>
internal sealed class NetworkMapBuilder
{
    private readonly PersistentMap<NodeId, TailnetNode>.Builder _peers;
    private readonly PersistentMap<KeyOf<NodeKind>, NodeId>.Builder _byKey;
    private readonly PersistentMap<IpAddress, NodeId>.Builder _byAddress;
    private readonly PersistentMap<UserId, UserProfile>.Builder _users;

    /// <param name="from">What to begin with; null: an empty map.</param>
    public NetworkMapBuilder(NetworkMap? from = null)
    {
        Self = from?.Self;
        _peers = (from?.Peers ?? PersistentMap<NodeId, TailnetNode>.Empty).ToBuilder();
        _byKey = (from?.ByKey ?? PersistentMap<KeyOf<NodeKind>, NodeId>.Empty).ToBuilder();
        _byAddress = (from?.ByAddress ?? PersistentMap<IpAddress, NodeId>.Empty).ToBuilder();
        _users = (from?.Users ?? PersistentMap<UserId, UserProfile>.Empty).ToBuilder();
        if (from is null) return;
        (Dns, Filter, Relays) = (from.Dns, from.Filter, from.Relays);
        (Domain, Messages, TailnetLockHead) = (from.Domain, from.Messages, from.TailnetLockHead);
    }

    /// <summary>Must be set before <see cref="ToMap"/>.</summary>
    public TailnetNode? Self { get; set; }

    public DnsConfig Dns { get; set; } = DnsConfig.Empty;

    public ValueList<FilterRule> Filter { get; set; }

    public DerpMap Relays { get; set; } = DerpMap.Empty;

    public string Domain { get; set; } = "";

    public ValueList<DisplayMessage> Messages { get; set; }

    public string TailnetLockHead { get; set; } = "";

    public int PeerCount => _peers.Count;

    public TailnetNode? FindPeer(NodeId id) => _peers.TryGetValue(id, out var peer) ? peer : null;

    public UserProfile? FindUser(UserId id) => _users.TryGetValue(id, out var user) ? user : null;

    /// <summary>Adds a peer or puts it in the place of the one with its number.</summary>
    public void SetPeer(TailnetNode peer)
    {
        if (!_peers.TryGetValue(peer.Id, out var old))
        {
            _byKey.Set(peer.Key, peer.Id);
            Claim(peer);
        }
        else
        {
            if (old.Key != peer.Key)
            {
                Forget(old.Key, peer.Id);
                _byKey.Set(peer.Key, peer.Id);
            }
            if (old.Addresses != peer.Addresses)
            {
                Disclaim(old);
                Claim(peer);
            }
        }
        _peers.Set(peer.Id, peer);
    }

    /// <summary>False: there is no such peer.</summary>
    public bool RemovePeer(NodeId id)
    {
        if (!_peers.TryGetValue(id, out var old)) return false;
        Forget(old.Key, id);
        Disclaim(old);
        return _peers.Remove(id);
    }

    /// <summary>Removes all peers but these.</summary>
    public void KeepOnly(HashSet<NodeId> kept)
    {
        var gone = new List<NodeId>();
        foreach (var (id, _) in _peers.ToMap())
        {
            if (!kept.Contains(id))
                gone.Add(id);
        }
        foreach (var id in gone)
            RemovePeer(id);
    }

    public void SetUser(UserProfile user) => _users.Set(user.Id, user);

    /// <exception cref="InvalidOperationException">No node was set.</exception>
    public NetworkMap ToMap() =>
        new(Self ?? throw new InvalidOperationException("a netmap has a node of its own"), _peers.ToMap(), _byKey.ToMap(), _byAddress.ToMap())
        {
            Users = _users.ToMap(),
            Dns = Dns,
            Filter = Filter,
            Relays = Relays,
            Domain = Domain,
            Messages = Messages,
            TailnetLockHead = TailnetLockHead,
        };

    private void Claim(TailnetNode peer)
    {
        foreach (var prefix in peer.Addresses)
        {
            if (prefix.Length == prefix.Address.BitCount)
                _byAddress.Set(prefix.Address, peer.Id);
        }
    }

    // What another peer has claimed since is no longer this one's to give back.
    private void Disclaim(TailnetNode peer)
    {
        foreach (var prefix in peer.Addresses)
        {
            if (_byAddress.TryGetValue(prefix.Address, out var owner) && owner == peer.Id)
                _byAddress.Remove(prefix.Address);
        }
    }

    private void Forget(KeyOf<NodeKind> key, NodeId id)
    {
        if (_byKey.TryGetValue(key, out var owner) && owner == id)
            _byKey.Remove(key);
    }
}
