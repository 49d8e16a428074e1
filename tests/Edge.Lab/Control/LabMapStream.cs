using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Edge.Foundation.Keys;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Lab.Control;

/// <summary>What one node was told, and so what it is to be told: everything at first, then what has changed.</summary>
/// <param name="id">The node.</param>
internal sealed class LabMapStream(long id)
{
    private TailnetState? _told;
    private string _filter = "";
    private readonly HashSet<LabUser> _users = [];

    /// <summary>The message that makes what was told true again; null: it is.</summary>
    /// <param name="state">Holds the node.</param>
    /// <param name="now">The calendar.</param>
    public JsonObject? Next(TailnetState state, DateTimeOffset now)
    {
        if (ReferenceEquals(_told, state)) return null;
        var message = new JsonObject();
        var self = state.Nodes[id];
        if (_told is null)
            message["Debug"] = new JsonObject { ["DisableLogTail"] = true };
        if (_told?.Find(id) != self)
            message["Node"] = LabMessages.Node(state, self, now, isSelf: true);
        if (_told?.Relays != state.Relays)
            message["DERPMap"] = JsonNode.Parse(state.Relays);
        if (_told?.Dns != state.Dns)
            message["DNSConfig"] = JsonNode.Parse(state.Dns);
        if (_told?.Domain != state.Domain)
            message["Domain"] = state.Domain;
        var filter = LabMessages.Filter(state, self);
        if (filter.ToJsonString() is var text && text != _filter)
        {
            message["PacketFilters"] = new JsonObject { ["base"] = filter };
            _filter = text;
        }
        AddUsers(message, state);
        AddPeers(message, state, now);
        _told = state;
        if (message.Count == 0) return null;
        message["ControlTime"] = LabJson.Time(now);
        return message;
    }

    private void AddUsers(JsonObject message, TailnetState state)
    {
        var users = state.Nodes.Values.Select(node => node.User).Where(_users.Add).Select(user => (JsonNode)LabMessages.User(user)).ToArray();
        if (users.Length > 0)
            message["UserProfiles"] = new JsonArray(users);
    }

    // A machine that waits for its approval is nobody's peer, and has none.
    private void AddPeers(JsonObject message, TailnetState state, DateTimeOffset now)
    {
        var (was, peers) = (Peers(_told), Peers(state));
        if (_told is null)
        {
            message["Peers"] = new JsonArray(peers.Values.Select(peer => (JsonNode)LabMessages.Node(state, peer, now, isSelf: false)).ToArray());
            return;
        }
        var (changed, patches) = (new JsonArray(), new JsonArray());
        foreach (var peer in peers.Values)
        {
            if (was.GetValueOrDefault(peer.Id) is not { } before || (before != peer && LabMessages.Patch(before, peer) is null))
                changed.Add(LabMessages.Node(state, peer, now, isSelf: false));
            else if (before != peer && LabMessages.Patch(before, peer) is { Count: > 1 } patch)
                patches.Add(patch);
        }
        var removed = was.Keys.Except(peers.Keys).Select(gone => (JsonNode)gone).ToArray();
        if (changed.Count > 0)
            message["PeersChanged"] = changed;
        if (patches.Count > 0)
            message["PeersChangedPatch"] = patches;
        if (removed.Length > 0)
            message["PeersRemoved"] = new JsonArray(removed);
    }

    private Dictionary<long, LabNode> Peers(TailnetState? state) => state?.Find(id) is { IsAuthorized: true }
        ? state.Nodes.Values.Where(node => node.Id != id && node.IsAuthorized)
            .Select(node => state.HidesPaths ? node with { DiscoKey = Other(node.DiscoKey), Endpoints = default } : node).ToDictionary(node => node.Id)
        : [];

    // Clients take no peer that has none; with this one nothing can be opened.
    private static KeyOf<DiscoKind> Other(KeyOf<DiscoKind> key) => new(new PublicKey(SHA256.HashData(key.Key.Bytes)));
}
