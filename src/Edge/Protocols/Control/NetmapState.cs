using System.Security.Cryptography;
using System.Text;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control;

/// <summary>
/// What the map stream has told so far: takes its messages in order and gives a snapshot after each (tailscale v1.96.5,
/// control/controlclient/map.go). A message costs what it changes, and a full list that repeats what is known changes nothing.
/// </summary>
internal sealed class NetmapState
{
    private const string All = "*";

    private readonly SortedDictionary<string, ValueList<FilterRule>> _filters = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DisplayMessage> _messages = new(StringComparer.Ordinal);
    private readonly List<PeerPatch> _patches = [];
    private List<string> _health = [];

    /// <summary>The last snapshot; null: nothing was told yet.</summary>
    public NetworkMap? Current { get; private set; }

    /// <summary>Begins with a snapshot from before, whose filter is one that the first new filter replaces.</summary>
    public void Restore(NetworkMap cached)
    {
        Current = cached;
        _filters.Clear();
        _messages.Clear();
    }

    /// <summary>
    /// Forgets what only holds within one stream: a new one begins with a full message. Filters and messages go, the nodes stay until the full
    /// list replaces them, so that equal ones stay the same.
    /// </summary>
    public void BeginStream()
    {
        _filters.Clear();
        _messages.Clear();
        _health = [];
    }

    /// <summary>Takes one message.</summary>
    /// <param name="message">That is no mere sign of life.</param>
    /// <param name="now">The calendar's time, for peers that are said to have been seen just now.</param>
    /// <returns>The next snapshot; null: this is the first message, and it does not say who this node is.</returns>
    public NetworkMap? Apply(MapResponse message, UtcTime now)
    {
        if (message.Self is null && Current is null) return null;
        var next = new NetworkMapBuilder(Current) { };
        if (message.Self is { } self)
            next.Self = self.Equals(Current?.Self) ? Current.Self : self;
        if (message.Peers is { Count: > 0 } peers)
            ReplacePeers(next, peers);
        else
            ChangePeers(next, message, now);
        foreach (var user in message.Users ?? [])
        {
            if (!user.Equals(next.FindUser(user.Id)))
                next.SetUser(user);
        }
        next.Dns = message.Dns ?? next.Dns;
        if (message.Domain.Length > 0)
            next.Domain = message.Domain;
        if (message.Relays is { } relays)
            next.Relays = Merge(next.Relays, relays);
        if (message.Lock is { } tailnetLock)
            next.TailnetLockHead = tailnetLock.IsDisabled ? "" : tailnetLock.Head;
        ChangeFilter(next, message);
        ChangeMessages(next, message);
        return Current = next.ToMap();
    }

    private static void ReplacePeers(NetworkMapBuilder next, List<TailnetNode> peers)
    {
        var kept = new HashSet<NodeId>(peers.Count);
        foreach (var peer in peers)
        {
            kept.Add(peer.Id);
            // An equal peer stays the same object: comparing the snapshots does not visit it.
            if (!peer.Equals(next.FindPeer(peer.Id)))
                next.SetPeer(peer);
        }
        if (next.PeerCount > kept.Count)
            next.KeepOnly(kept);
    }

    private void ChangePeers(NetworkMapBuilder next, MapResponse message, UtcTime now)
    {
        // A changed peer of which no more than a patch tells differs becomes that patch, and so outlives a removal in the same message only as
        // a patch would: not at all.
        _patches.Clear();
        _patches.AddRange(message.Patches ?? []);
        List<TailnetNode>? replaced = null;
        foreach (var peer in message.PeersChanged ?? [])
        {
            if (next.FindPeer(peer.Id) is { } was && PeerPatch.Between(was, peer) is { } patch)
                _patches.Add(patch);
            else
                (replaced ??= []).Add(peer);
        }
        foreach (var id in message.PeersRemoved ?? [])
            next.RemovePeer(id);
        foreach (var peer in replaced ?? [])
            next.SetPeer(peer);
        foreach (var (id, seen) in message.SeenChanges ?? [])
        {
            if (next.FindPeer(id) is { } peer)
                next.SetPeer(peer with { LastSeen = seen ? now : null });
        }
        foreach (var (id, online) in message.OnlineChanges ?? [])
        {
            if (next.FindPeer(id) is { } peer)
                next.SetPeer(peer with { Online = online });
        }
        foreach (var patch in _patches)
        {
            if (next.FindPeer(patch.Id) is not { } peer) continue;
            var patched = patch.Apply(peer);
            if (!patched.Equals(peer))
                next.SetPeer(patched);
        }
    }

    private void ChangeFilter(NetworkMapBuilder next, MapResponse message)
    {
        if (message.BaseFilter is null && message.Filters is null) return;
        if (message.BaseFilter is { } rules)
            _filters["base"] = rules;
        var changes = message.Filters ?? [];
        foreach (var (name, change) in changes)
        {
            if (name == All && change is null)
                _filters.Clear();
        }
        foreach (var (name, change) in changes)
        {
            if (name == All) continue;
            if (change is { } named)
                _filters[name] = named;
            else
                _filters.Remove(name);
        }
        var all = new List<FilterRule>();
        foreach (var named in _filters.Values)
            all.AddRange(named.Span);
        var filter = ValueLists.Own(all.ToArray());
        if (filter != next.Filter)
            next.Filter = filter;
    }

    private void ChangeMessages(NetworkMapBuilder next, MapResponse message)
    {
        if (message.Health is null && message.Messages is null) return;
        _health = message.Health ?? _health;
        foreach (var (id, change) in message.Messages ?? [])
        {
            if (id == All && change is null)
                _messages.Clear();
        }
        foreach (var (id, change) in message.Messages ?? [])
        {
            if (id == All) continue;
            if (change is not null)
                _messages[id] = change;
            else
                _messages.Remove(id);
        }
        next.Messages = Texts();
    }

    /// <summary>The messages; where there are none, the older kind in their form.</summary>
    private ValueList<DisplayMessage> Texts()
    {
        var texts = new SortedDictionary<string, DisplayMessage>(_messages, StringComparer.Ordinal);
        if (texts.Count == 0)
        {
            foreach (var text in _health)
            {
                var id = "health-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
                texts[id] = new(id, "Coordination server reports an issue", text, "medium", ImpactsConnectivity: false, "", "");
            }
        }
        var ordered = new DisplayMessage[texts.Count];
        texts.Values.CopyTo(ordered, 0);
        return ValueLists.Own(ordered);
    }

    private static DerpMap Merge(DerpMap was, RelayChange change) => new()
    {
        Regions = change.Regions ?? was.Regions,
        HomeScores = change.HomeScores ?? was.HomeScores,
        // Without regions the flag is not looked at.
        OmitDefaultRegions = change.Regions is null ? was.OmitDefaultRegions : change.OmitDefaultRegions,
    };
}
