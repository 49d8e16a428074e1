using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Json;

internal sealed partial class ControlJsonReader
{
    private static readonly FieldNames s_map = FieldNames.Of<MapField>();
    private static readonly FieldNames s_patch = FieldNames.Of<PatchField>();
    private static readonly FieldNames s_profile = FieldNames.Of<ProfileField>();
    private static readonly FieldNames s_message = FieldNames.Of<MessageField>();
    private static readonly FieldNames s_action = FieldNames.Of<ActionField>();
    private static readonly FieldNames s_ping = FieldNames.Of<PingField>();
    private static readonly FieldNames s_lock = FieldNames.Of<LockField>();

    private MapResponse ReadMap(ref JsonSource json)
    {
        if (!json.EnterObject()) throw json.Fault("object");
        var map = new MapResponse();
        while (json.NextField(s_map, out var field))
        {
            switch ((MapField)field)
            {
                case MapField.KeepAlive: map.IsKeepAlive = json.Boolean(); break;
                case MapField.PingRequest: map.Ping = ReadPing(ref json); break;
                case MapField.PopBrowserURL: map.BrowseUrl = json.Text(); break;
                case MapField.ControlTime: map.ControlTime = json.Time(); break;
                case MapField.Node: map.Self = json.IsNull ? null : ReadNode(ref json); break;
                case MapField.DERPMap: map.Relays = ReadRelays(ref json); break;
                case MapField.Peers: map.Peers = ReadNodes(ref json); break;
                case MapField.PeersChanged: map.PeersChanged = ReadNodes(ref json); break;
                case MapField.PeersRemoved: map.PeersRemoved = ReadItems(ref json, static (ref source) => new NodeId(source.Int64())); break;
                case MapField.PeersChangedPatch: map.Patches = ReadPatches(ref json); break;
                case MapField.PeerSeenChange: map.SeenChanges = ReadFlags(ref json); break;
                case MapField.OnlineChange: map.OnlineChanges = ReadFlags(ref json); break;
                case MapField.DNSConfig: map.Dns = ReadDns(ref json); break;
                case MapField.Domain: map.Domain = json.Text(); break;
                case MapField.PacketFilter: map.BaseFilter = ReadRules(ref json); break;
                case MapField.PacketFilters: map.Filters = ReadFilters(ref json); break;
                case MapField.UserProfiles: map.Users = ReadItems(ref json, static (ref source) => ReadProfile(ref source)); break;
                case MapField.Health: map.Health = ReadItems(ref json, static (ref source) => source.Text()); break;
                case MapField.DisplayMessages: map.Messages = ReadMessages(ref json); break;
                case MapField.TKAInfo: map.Lock = ReadLock(ref json); break;
                case MapField.ControlDialPlan: map.DialPlan = ReadPlan(ref json); break;
                default: json.Skip(); break;
            }
        }
        return map;
    }

    private List<TailnetNode>? ReadNodes(ref JsonSource json)
    {
        if (!json.EnterArray()) return null;
        var nodes = new List<TailnetNode>();
        while (json.NextItem())
            nodes.Add(ReadNode(ref json));
        return nodes;
    }

    private List<PeerPatch>? ReadPatches(ref JsonSource json)
    {
        if (!json.EnterArray()) return null;
        var patches = new List<PeerPatch>();
        while (json.NextItem())
        {
            if (!json.IsNull)
                patches.Add(ReadPatch(ref json));
        }
        return patches;
    }

    private PeerPatch ReadPatch(ref JsonSource json)
    {
        var patch = new PeerPatch();
        if (!json.EnterObject()) throw json.Fault("patch");
        while (json.NextField(s_patch, out var field))
        {
            // A null says as little as absence.
            if (json.IsNull) continue;
            switch ((PatchField)field)
            {
                case PatchField.NodeID: patch = patch with { Id = new(json.Int64()) }; break;
                case PatchField.DERPRegion: patch = patch with { HomeRegion = json.Int32() }; break;
                case PatchField.Cap: patch = patch with { CapabilityVersion = json.Int32() }; break;
                case PatchField.CapMap: patch = patch with { Capabilities = ReadCapabilities(ref json) }; break;
                case PatchField.Endpoints: patch = patch with { Endpoints = ReadEndpoints(ref json) }; break;
                case PatchField.Key: patch = patch with { Key = json.Key<NodeKind>() }; break;
                case PatchField.KeySignature: patch = patch with { KeySignature = ValueLists.Own(json.Bytes()) }; break;
                case PatchField.DiscoKey: patch = patch with { DiscoKey = json.Key<DiscoKind>() }; break;
                case PatchField.Online: patch = patch with { Online = json.NullableBoolean() }; break;
                case PatchField.LastSeen: patch = patch with { LastSeen = json.Time() }; break;
                case PatchField.KeyExpiry: patch = patch with { KeyExpiry = json.Time() }; break;
                default: json.Skip(); break;
            }
        }
        return patch;
    }

    private static List<(NodeId Id, bool Value)>? ReadFlags(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        var flags = new List<(NodeId, bool)>();
        while (json.NextKey(out long id))
            flags.Add((new(id), json.Boolean()));
        return flags;
    }

    private List<(string Name, ValueList<FilterRule>? Rules)>? ReadFilters(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        var filters = new List<(string, ValueList<FilterRule>?)>();
        while (json.NextKey(out string name))
            filters.Add((name, ReadRules(ref json)));
        return filters;
    }

    private static UserProfile ReadProfile(ref JsonSource json)
    {
        var (id, login, name, picture) = (0L, "", "", "");
        if (!json.EnterObject()) throw json.Fault("profile");
        while (json.NextField(s_profile, out var field))
        {
            switch ((ProfileField)field)
            {
                case ProfileField.ID: id = json.Int64(); break;
                case ProfileField.LoginName: login = json.Text(); break;
                case ProfileField.DisplayName: name = json.Text(); break;
                case ProfileField.ProfilePicURL: picture = json.Text(); break;
                default: json.Skip(); break;
            }
        }
        return new(new(id), login, name, picture.Length == 0 ? null : picture);
    }

    private static List<(string Id, DisplayMessage? Message)>? ReadMessages(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        var messages = new List<(string, DisplayMessage?)>();
        while (json.NextKey(out string id))
            messages.Add((id, json.IsNull ? null : ReadMessage(ref json, id)));
        return messages;
    }

    private static DisplayMessage ReadMessage(ref JsonSource json, string id)
    {
        var message = new DisplayMessage(id, "", "", "", ImpactsConnectivity: false, "", "");
        if (!json.EnterObject()) throw json.Fault("message");
        while (json.NextField(s_message, out var field))
        {
            switch ((MessageField)field)
            {
                case MessageField.Title: message = message with { Title = json.Text() }; break;
                case MessageField.Text: message = message with { Text = json.Text() }; break;
                case MessageField.Severity: message = message with { Severity = json.Pooled() }; break;
                case MessageField.ImpactsConnectivity: message = message with { ImpactsConnectivity = json.Boolean() }; break;
                case MessageField.PrimaryAction: message = ReadAction(ref json, message); break;
                default: json.Skip(); break;
            }
        }
        return message;
    }

    private static DisplayMessage ReadAction(ref JsonSource json, DisplayMessage message)
    {
        if (!json.EnterObject()) return message;
        while (json.NextField(s_action, out var field))
        {
            switch ((ActionField)field)
            {
                case ActionField.URL: message = message with { ActionUrl = json.Text() }; break;
                case ActionField.Label: message = message with { ActionLabel = json.Text() }; break;
                default: json.Skip(); break;
            }
        }
        return message;
    }

    private static PingRequest? ReadPing(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        var ping = new PingRequest();
        while (json.NextField(s_ping, out var field))
        {
            switch ((PingField)field)
            {
                case PingField.URL: ping = ping with { Url = json.Text() }; break;
                case PingField.URLIsNoise: ping = ping with { IsUrlNoise = json.Boolean() }; break;
                case PingField.Log: ping = ping with { Log = json.Boolean() }; break;
                case PingField.Types: ping = ping with { Types = json.Text() }; break;
                case PingField.IP: ping = json.IsNull || json.Text().Length == 0 ? ping : ping with { Address = json.Address() }; break;
                case PingField.Payload: ping = ping with { Payload = json.Bytes() }; break;
                default: json.Skip(); break;
            }
        }
        return ping;
    }

    private static TailnetLockState? ReadLock(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        var (head, isDisabled) = ("", false);
        while (json.NextField(s_lock, out var field))
        {
            switch ((LockField)field)
            {
                case LockField.Head: head = json.Text(); break;
                case LockField.Disabled: isDisabled = json.Boolean(); break;
                default: json.Skip(); break;
            }
        }
        return new(head, isDisabled);
    }
}
