using System.Globalization;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;

namespace Edge.Protocols.Control.Json;

internal sealed partial class ControlJsonReader
{
    private static readonly FieldNames s_node = FieldNames.Of<NodeField>();

    private readonly NodeDraft _draft = new();

    private TailnetNode ReadNode(ref JsonSource json)
    {
        if (!json.EnterObject()) throw json.Fault("node");
        var node = _draft;
        node.Clear();
        while (json.NextField(s_node, out var field))
        {
            if (field <= (int)NodeField.HomeDERP)
                ReadNodeName(ref json, node, (NodeField)field);
            else
                ReadNodeState(ref json, node, (NodeField)field);
        }
        return node.ToNode();
    }

    private void ReadNodeName(ref JsonSource json, NodeDraft node, NodeField field)
    {
        switch (field)
        {
            case NodeField.ID: node.Id = json.Int64(); break;
            case NodeField.StableID: node.StableId = json.Text(); break;
            case NodeField.Name: node.Name = json.Text(); break;
            case NodeField.User: node.User = json.Int64(); break;
            case NodeField.Sharer: node.Sharer = json.Int64(); break;
            case NodeField.Key: node.Key = json.Key<NodeKind>(); break;
            case NodeField.KeyExpiry: node.KeyExpiry = json.Time(); break;
            case NodeField.KeySignature: node.KeySignature = ValueLists.Own(json.Bytes()); break;
            case NodeField.Machine: node.Machine = json.Key<MachineKind>(); break;
            case NodeField.DiscoKey: node.DiscoKey = json.Key<DiscoKind>(); break;
            case NodeField.Addresses: node.Addresses = ReadPrefixes(ref json); break;
            case NodeField.AllowedIPs: node.AllowedIps = ReadPrefixes(ref json); break;
            case NodeField.Endpoints: node.Endpoints = ReadEndpoints(ref json); break;
            case NodeField.DERP: node.LegacyRegion = LegacyRegion(json.Pooled()); break;
            case NodeField.HomeDERP: node.HomeRegion = json.Int32(); break;
            default: json.Skip(); break;
        }
    }

    private void ReadNodeState(ref JsonSource json, NodeDraft node, NodeField field)
    {
        switch (field)
        {
            case NodeField.Hostinfo: node.Host = ReadHost(ref json); break;
            case NodeField.Created: node.Created = json.Time(); break;
            case NodeField.Cap: node.CapabilityVersion = json.Int32(); break;
            case NodeField.Tags: node.Tags = ReadTexts(ref json); break;
            case NodeField.PrimaryRoutes: node.PrimaryRoutes = ReadPrefixes(ref json); break;
            case NodeField.LastSeen: node.LastSeen = json.IsNull ? null : json.Time(); break;
            case NodeField.Online: node.Online = json.NullableBoolean(); break;
            case NodeField.MachineAuthorized: node.IsMachineAuthorized = json.Boolean(); break;
            case NodeField.Capabilities: node.OldCapabilities = ReadTexts(ref json); break;
            case NodeField.CapMap: node.Capabilities = ReadCapabilities(ref json); break;
            case NodeField.UnsignedPeerAPIOnly: node.IsUnsignedPeerApiOnly = json.Boolean(); break;
            case NodeField.Expired: node.IsExpired = json.Boolean(); break;
            case NodeField.SelfNodeV4MasqAddrForThisPeer: node.SelfV4Masquerade = json.IsNull ? null : json.Address(); break;
            case NodeField.SelfNodeV6MasqAddrForThisPeer: node.SelfV6Masquerade = json.IsNull ? null : json.Address(); break;
            case NodeField.IsWireGuardOnly: node.IsWireGuardOnly = json.Boolean(); break;
            case NodeField.IsJailed: node.IsJailed = json.Boolean(); break;
            case NodeField.ExitNodeDNSResolvers: node.ExitNodeResolvers = ReadResolvers(ref json); break;
            default: json.Skip(); break;
        }
    }

    /// <summary>The region of `127.3.3.40:N`, which is what stood for a home relay before there was a field for it; 0: something else.</summary>
    private static int LegacyRegion(string text) =>
        text.StartsWith("127.3.3.40:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(11), NumberStyles.None, CultureInfo.InvariantCulture, out var region) ? region : 0;

    private Capabilities ReadCapabilities(ref JsonSource json)
    {
        if (!json.EnterObject()) return default;
        _capabilities.Clear();
        while (json.NextKey(out string name))
            _capabilities.Add(new(name, ReadRawValues(ref json)));
        return Sorted(_capabilities);
    }

    /// <summary>Each item as its text.</summary>
    private ValueList<string> ReadRawValues(ref JsonSource json)
    {
        if (!json.EnterArray()) return default;
        _texts.Clear();
        while (json.NextItem())
            _texts.Add(json.Raw());
        return ValueLists.Own(_texts.ToArray());
    }

    /// <summary>By name; of two with the same name the last counts.</summary>
    private static Capabilities Sorted(List<NodeCapability> items)
    {
        var ordered = items.ToArray();
        for (var i = 1; i < ordered.Length; i++)
        {
            // Few, and mostly in order already: Go writes maps sorted.
            var item = ordered[i];
            var at = i;
            for (; at > 0 && string.CompareOrdinal(ordered[at - 1].Name, item.Name) > 0; at--)
                ordered[at] = ordered[at - 1];
            ordered[at] = item;
        }
        var count = 0;
        foreach (var item in ordered)
        {
            if (count > 0 && ordered[count - 1].Name == item.Name)
                count--;
            ordered[count++] = item;
        }
        return new(ValueLists.Own(count == ordered.Length ? ordered : ordered[..count]));
    }

    /// <summary>A node as far as it was read. The fields can come in any order, and a node is made once.</summary>
    private sealed class NodeDraft
    {
        public long Id, User, Sharer;
        public string StableId = "", Name = "";
        public KeyOf<NodeKind> Key;
        public KeyOf<MachineKind> Machine;
        public KeyOf<DiscoKind> DiscoKey;
        public UtcTime KeyExpiry, Created;
        public ValueList<byte> KeySignature;
        public ValueList<IpPrefix> Addresses, AllowedIps, PrimaryRoutes;
        public ValueList<Endpoint> Endpoints;
        public int HomeRegion, LegacyRegion, CapabilityVersion;
        public HostInfo Host = HostInfo.Empty;
        public ValueList<string> Tags, OldCapabilities;
        public Capabilities Capabilities;
        public UtcTime? LastSeen;
        public bool? Online;
        public bool IsMachineAuthorized, IsUnsignedPeerApiOnly, IsExpired, IsWireGuardOnly, IsJailed;
        public IpAddress? SelfV4Masquerade, SelfV6Masquerade;
        public ValueList<DnsResolver> ExitNodeResolvers;

        public void Clear()
        {
            (Id, User, Sharer, StableId, Name) = (0, 0, 0, "", "");
            (Key, Machine, DiscoKey, KeyExpiry, Created, KeySignature) = (default, default, default, default, default, default);
            (Addresses, AllowedIps, PrimaryRoutes, Endpoints) = (default, default, default, default);
            (HomeRegion, LegacyRegion, CapabilityVersion, Host) = (0, 0, 0, HostInfo.Empty);
            (Tags, OldCapabilities, Capabilities, LastSeen, Online) = (default, default, default, null, null);
            (IsMachineAuthorized, IsUnsignedPeerApiOnly, IsExpired, IsWireGuardOnly, IsJailed) = (false, false, false, false, false);
            (SelfV4Masquerade, SelfV6Masquerade, ExitNodeResolvers) = (null, null, default);
        }

        public TailnetNode ToNode() => new()
        {
            Id = new(Id),
            StableId = StableId,
            Name = Name,
            User = new(User),
            Sharer = new(Sharer),
            Key = Key,
            KeyExpiry = KeyExpiry,
            KeySignature = KeySignature,
            Machine = Machine,
            DiscoKey = DiscoKey,
            Addresses = Addresses,
            AllowedIps = AllowedIps.IsDefault || AllowedIps == Addresses ? Addresses : AllowedIps,
            Endpoints = Endpoints,
            HomeRegion = HomeRegion != 0 ? HomeRegion : LegacyRegion,
            Host = Host,
            Created = Created,
            CapabilityVersion = CapabilityVersion,
            Tags = Tags,
            PrimaryRoutes = PrimaryRoutes,
            LastSeen = LastSeen,
            Online = Online,
            IsMachineAuthorized = IsMachineAuthorized,
            Capabilities = AllCapabilities(),
            IsUnsignedPeerApiOnly = IsUnsignedPeerApiOnly,
            IsExpired = IsExpired,
            SelfV4Masquerade = SelfV4Masquerade,
            SelfV6Masquerade = SelfV6Masquerade,
            IsWireGuardOnly = IsWireGuardOnly,
            IsJailed = IsJailed,
            ExitNodeResolvers = ExitNodeResolvers,
        };

        // The list that came before the map: names without arguments.
        private Capabilities AllCapabilities()
        {
            if (OldCapabilities.IsEmpty) return Capabilities;
            var all = new List<NodeCapability>();
            foreach (var name in OldCapabilities)
                all.Add(new(name, default));
            foreach (var capability in Capabilities.Items)
                all.Add(capability);
            return Sorted(all);
        }
    }
}
