using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;

namespace Edge.Foundation.Netmap;

/// <summary>
/// The tailnet as the control server last told it: an immutable snapshot that shares with its predecessor all that did not change. Any thread
/// may read it. Who keeps something derived from it remembers the snapshot it came from and asks <see cref="CollectChanges"/> what is new:
/// the answer costs what changed, however many snapshots were made between.
/// </summary>
internal sealed class NetworkMap
{
    internal NetworkMap(
        TailnetNode self, PersistentMap<NodeId, TailnetNode> peers, PersistentMap<KeyOf<NodeKind>, NodeId> byKey, PersistentMap<IpAddress, NodeId> byAddress)
    {
        Self = self;
        Peers = peers;
        ByKey = byKey;
        ByAddress = byAddress;
    }

    /// <summary>This node.</summary>
    public TailnetNode Self { get; }

    /// <summary>All others that this node may know of, in no order.</summary>
    public PersistentMap<NodeId, TailnetNode> Peers { get; }

    /// <summary>Never forgotten while the map lives: a node's owner and sharer can be looked up here.</summary>
    public PersistentMap<UserId, UserProfile> Users { get; init; } = PersistentMap<UserId, UserProfile>.Empty;

    public DnsConfig Dns { get; init; } = DnsConfig.Empty;

    /// <summary>All rules. None: nothing new may come in.</summary>
    public ValueList<FilterRule> Filter { get; init; }

    public DerpMap Relays { get; init; } = DerpMap.Empty;

    /// <summary>The tailnet's name.</summary>
    public string Domain { get; init; } = "";

    /// <summary>In the order of their IDs.</summary>
    public ValueList<DisplayMessage> Messages { get; init; }

    /// <summary>The head of tailnet lock, in Base32; empty: the tailnet is not locked. Where it is, a peer without a valid signature gets no access.</summary>
    public string TailnetLockHead { get; init; } = "";

    internal PersistentMap<KeyOf<NodeKind>, NodeId> ByKey { get; }

    internal PersistentMap<IpAddress, NodeId> ByAddress { get; }

    public TailnetNode? FindPeer(NodeId id) => Peers.TryGetValue(id, out var peer) ? peer : null;

    public TailnetNode? FindPeer(KeyOf<NodeKind> key) => ByKey.TryGetValue(key, out var id) ? FindPeer(id) : null;

    /// <summary>The peer whose own address this is, not one that routes it. Two that claim it: the one that was told last.</summary>
    public TailnetNode? FindPeer(IpAddress address) => ByAddress.TryGetValue(address, out var id) ? FindPeer(id) : null;

    /// <summary>The node whose own address this is: a peer, or this one.</summary>
    public TailnetNode? FindNode(IpAddress address)
    {
        foreach (var prefix in Self.Addresses)
        {
            if (prefix.Address == address && prefix.Length == address.BitCount)
                return Self;
        }
        return FindPeer(address);
    }

    public UserProfile? FindUser(UserId id) => Users.TryGetValue(id, out var user) ? user : null;

    /// <summary>Appends the peers that came, went or changed since <paramref name="before"/>, in no order.</summary>
    /// <param name="before">Null: all peers are new.</param>
    /// <param name="changes">Gets them.</param>
    public void CollectChanges(NetworkMap? before, List<PeerChange> changes) => PersistentMap<NodeId, TailnetNode>.Compare(
        before?.Peers ?? PersistentMap<NodeId, TailnetNode>.Empty, Peers, changes, static (changes, id, was, now) => changes.Add(new(id, was, now)));
}
