using System.Text.Json.Nodes;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Tests.Control;

/// <summary>
/// A netmap in the JSON of the real client's NetworkMap, and both in a form that can be compared: what encoding/json leaves out or writes as it
/// likes (null, zero, empty) is gone on both sides, but for booleans that can also be unknown.
/// </summary>
internal static class NetmapJson
{
    // Of three values: false says something.
    private static readonly HashSet<string> s_known =
    [
        "Online", "Container", "Desktop", "Userspace", "UserspaceRouter", "AppConnector", "StateEncrypted", "MappingVariesByDestIP", "WorkingIPv6",
        "OSHasIPv6", "WorkingUDP", "WorkingICMPv4", "UPnP", "PMP", "PCP",
    ];

    // Not in our netmap: the client's own keys, what it derives, and what Edge has no use for.
    private static readonly HashSet<string> s_others =
    [
        "Cached", "NodeKey", "MachineKey", "AllCaps", "PacketFilterRules", "SSHPolicy", "CollectServices", "TKAEnabled", "TKAHead", "DomainAuditLogID",
        "ComputedName", "ComputedNameWithHost",
    ];

    // By way of the text: numbers in it are of one kind.
    public static JsonNode? Of(NetworkMap map) => Normal(JsonNode.Parse(new JsonObject
    {
        ["SelfNode"] = Node(map.Self),
        ["Peers"] = Array(map.Peers.Select(pair => pair.Value).OrderBy(peer => peer.Id), Node),
        ["DNS"] = Dns(map.Dns),
        ["PacketFilter"] = Array(map.Filter, Rule),
        ["DERPMap"] = Relays(map.Relays),
        ["Domain"] = map.Domain,
        ["UserProfiles"] = Users(map),
        ["DisplayMessages"] = new JsonObject(map.Messages.Select(message => KeyValuePair.Create<string, JsonNode?>(message.Id, new JsonObject
        {
            ["Title"] = message.Title, ["Text"] = message.Text, ["Severity"] = message.Severity,
        }))),
    }.ToJsonString()));

    /// <summary>The recorded netmap in the same form.</summary>
    public static JsonNode? OfRecorded(JsonNode recorded)
    {
        var netmap = recorded.DeepClone().AsObject();
        foreach (var node in netmap["Peers"]!.AsArray().Append(netmap["SelfNode"]))
            MoveOldCapabilities(node!.AsObject());
        foreach (var rule in netmap["PacketFilter"]?.AsArray() ?? [])
        {
            rule!["Srcs"] = Ranges((rule["Srcs"]?.AsArray() ?? []).Select(source => Range(source!.GetValue<string>())));
            foreach (var destination in rule["Dsts"]?.AsArray() ?? [])
                destination!["Net"] = Range(destination["Net"]!.GetValue<string>()).ToString();
        }
        // The older kind of message is told as it was written, without the real client's sentence before it.
        foreach (var (id, message) in netmap["DisplayMessages"]?.AsObject() ?? [])
        {
            if (id.StartsWith("health-", StringComparison.Ordinal))
                message!["Text"] = message["Text"]!.GetValue<string>().Replace("The coordination server is reporting a health issue: ", "", StringComparison.Ordinal);
        }
        return Normal(JsonNode.Parse(netmap.ToJsonString()));
    }

    public static JsonNode? Normal(JsonNode? node) => node switch
    {
        JsonObject o => NormalObject(o),
        JsonArray { Count: 0 } => null,
        JsonArray a => new JsonArray(a.Select(Normal).ToArray()),
        JsonValue v when v.TryGetValue(out string? text) => text.Length == 0 || text == "0001-01-01T00:00:00Z" ? null : JsonValue.Create(text),
        JsonValue v when v.TryGetValue(out double number) => number == 0 ? null : JsonValue.Create(number),
        JsonValue v when v.TryGetValue(out bool flag) => flag ? JsonValue.Create(true) : null,
        _ => null,
    };

    private static JsonObject? NormalObject(JsonObject o)
    {
        var normal = new JsonObject();
        foreach (var (name, value) in o.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (s_others.Contains(name)) continue;
            var kept = s_known.Contains(name) && value is JsonValue v && v.TryGetValue(out bool flag) ? JsonValue.Create(flag ? "yes" : "no")
                // A capability without arguments is one all the same.
                : name == "CapMap" && value is JsonObject caps ? Capabilities(caps)
                : Normal(value);
            if (kept is not null)
                normal[name] = kept;
        }
        return normal.Count == 0 ? null : normal;
    }

    private static JsonObject? Capabilities(JsonObject caps)
    {
        var normal = new JsonObject();
        foreach (var (name, value) in caps.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            normal[name] = value is JsonArray { Count: > 0 } values ? values.DeepClone() : new JsonArray();
        return normal.Count == 0 ? null : normal;
    }

    // The real client keeps the list beside the map that it made of it.
    private static void MoveOldCapabilities(JsonObject node)
    {
        if (node["Capabilities"] is not JsonArray old) return;
        var caps = node["CapMap"] as JsonObject ?? [];
        foreach (var name in old.Select(item => item!.GetValue<string>()))
            caps.TryAdd(name, new JsonArray());
        node.Remove("Capabilities");
        node["CapMap"] = caps.DeepClone();
    }

    private static JsonObject Node(TailnetNode node) => new()
    {
        ["ID"] = node.Id.Value,
        ["StableID"] = node.StableId,
        ["Name"] = node.Name,
        ["User"] = node.User.Value,
        ["Sharer"] = node.Sharer.Value,
        ["Key"] = node.Key.ToString(),
        ["KeyExpiry"] = node.KeyExpiry.ToString(),
        ["KeySignature"] = node.KeySignature.IsEmpty ? null : Convert.ToBase64String(node.KeySignature.Span),
        ["Machine"] = node.Machine.ToString(),
        ["DiscoKey"] = node.DiscoKey.Key.IsZero ? null : node.DiscoKey.ToString(),
        ["Addresses"] = Prefixes(node.Addresses),
        ["AllowedIPs"] = Prefixes(node.AllowedIps),
        ["Endpoints"] = Array(node.Endpoints, endpoint => JsonValue.Create(endpoint.ToString())),
        ["HomeDERP"] = node.HomeRegion,
        ["Hostinfo"] = Host(node.Host),
        ["Created"] = node.Created.ToString(),
        ["Cap"] = node.CapabilityVersion,
        ["Tags"] = Texts(node.Tags),
        ["PrimaryRoutes"] = Prefixes(node.PrimaryRoutes),
        ["LastSeen"] = node.LastSeen?.ToString(),
        ["Online"] = node.Online,
        ["MachineAuthorized"] = node.IsMachineAuthorized,
        ["CapMap"] = new JsonObject(node.Capabilities.Items.Select(capability =>
            KeyValuePair.Create<string, JsonNode?>(capability.Name, Array(capability.Values, value => JsonNode.Parse(value))))),
        ["UnsignedPeerAPIOnly"] = node.IsUnsignedPeerApiOnly,
        ["Expired"] = node.IsExpired,
        ["SelfNodeV4MasqAddrForThisPeer"] = node.SelfV4Masquerade?.ToString(),
        ["SelfNodeV6MasqAddrForThisPeer"] = node.SelfV6Masquerade?.ToString(),
        ["IsWireGuardOnly"] = node.IsWireGuardOnly,
        ["IsJailed"] = node.IsJailed,
        ["ExitNodeDNSResolvers"] = Array(node.ExitNodeResolvers, Resolver),
    };

    private static JsonObject Host(HostInfo host) => new()
    {
        ["IPNVersion"] = host.ClientVersion,
        ["BackendLogID"] = host.BackendLogId,
        ["OS"] = host.Os,
        ["OSVersion"] = host.OsVersion,
        ["Container"] = host.Container,
        ["Env"] = host.Environment,
        ["Distro"] = host.Distribution,
        ["DistroVersion"] = host.DistributionVersion,
        ["DistroCodeName"] = host.DistributionCodeName,
        ["App"] = host.App,
        ["Desktop"] = host.Desktop,
        ["Package"] = host.Package,
        ["DeviceModel"] = host.DeviceModel,
        ["Hostname"] = host.Hostname,
        ["ShieldsUp"] = host.ShieldsUp,
        ["ShareeNode"] = host.ShareeNode,
        ["NoLogsNoSupport"] = host.NoLogsNoSupport,
        ["WireIngress"] = host.WireIngress,
        ["IngressEnabled"] = host.IngressEnabled,
        ["AllowsUpdate"] = host.AllowsUpdate,
        ["Machine"] = host.Machine,
        ["GoArch"] = host.GoArchitecture,
        ["GoArchVar"] = host.GoArchitectureVariant,
        ["GoVersion"] = host.GoVersion,
        ["RoutableIPs"] = Prefixes(host.RoutableIps),
        ["RequestTags"] = Texts(host.RequestTags),
        ["WoLMACs"] = Texts(host.WakeOnLanMacs),
        ["Services"] = Array(host.Services, service => new JsonObject { ["Proto"] = service.Protocol, ["Port"] = service.Port, ["Description"] = service.Description }),
        ["NetInfo"] = host.Network is { } network ? Network(network) : null,
        ["Cloud"] = host.Cloud,
        ["Userspace"] = host.Userspace,
        ["UserspaceRouter"] = host.UserspaceRouter,
        ["AppConnector"] = host.AppConnector,
        ["ServicesHash"] = host.ServicesHash,
        ["ExitNodeID"] = host.ExitNodeId,
        ["StateEncrypted"] = host.StateEncrypted,
        ["PeerRelay"] = host.PeerRelay,
    };

    private static JsonObject Network(NetInfo network) => new()
    {
        ["MappingVariesByDestIP"] = network.MappingVariesByDestination,
        ["WorkingIPv6"] = network.WorkingIpv6,
        ["OSHasIPv6"] = network.OsHasIpv6,
        ["WorkingUDP"] = network.WorkingUdp,
        ["WorkingICMPv4"] = network.WorkingIcmpV4,
        ["HavePortMap"] = network.HavePortMap,
        ["UPnP"] = network.Upnp,
        ["PMP"] = network.Pmp,
        ["PCP"] = network.Pcp,
        ["PreferredDERP"] = network.PreferredRelay,
        ["LinkType"] = network.LinkType,
        ["DERPLatency"] = new JsonObject(network.RelayLatencies.Select(latency => KeyValuePair.Create<string, JsonNode?>(latency.Relay, latency.Seconds))),
        ["FirewallMode"] = network.FirewallMode,
    };

    private static JsonObject Dns(DnsConfig dns) => new()
    {
        ["Resolvers"] = Array(dns.Resolvers, Resolver),
        // A suffix without resolvers says something.
        ["Routes"] = new JsonObject(dns.Routes.Select(route => KeyValuePair.Create<string, JsonNode?>(route.Suffix, Array(route.Resolvers, Resolver)))),
        ["FallbackResolvers"] = Array(dns.FallbackResolvers, Resolver),
        ["Domains"] = Texts(dns.Domains),
        ["Proxied"] = dns.IsMagicDns,
        ["Nameservers"] = Array(dns.Nameservers, address => JsonValue.Create(address.ToString())),
        ["CertDomains"] = Texts(dns.CertificateDomains),
        ["ExtraRecords"] = Array(dns.ExtraRecords, record => new JsonObject { ["Name"] = record.Name, ["Type"] = record.Type, ["Value"] = record.Value }),
        ["ExitNodeFilteredSet"] = Texts(dns.ExitNodeFilteredSet),
    };

    private static JsonObject Resolver(DnsResolver resolver) => new()
    {
        ["Addr"] = resolver.Address,
        ["BootstrapResolution"] = Array(resolver.Bootstrap, address => JsonValue.Create(address.ToString())),
        ["UseWithExitNode"] = resolver.UseWithExitNode,
    };

    private static JsonObject Rule(FilterRule rule) => new()
    {
        ["IPProto"] = Array(rule.Protocols, protocol => JsonValue.Create((int)protocol)),
        ["Srcs"] = Ranges(rule.Sources),
        ["SrcCaps"] = Texts(rule.SourceCapabilities),
        ["Dsts"] = Array(rule.Destinations, destination => new JsonObject
        {
            ["Net"] = destination.Addresses.ToString(),
            ["Ports"] = new JsonObject { ["First"] = destination.Ports.First, ["Last"] = destination.Ports.Last },
        }),
        ["Caps"] = Array(rule.Grants, grant => new JsonObject
        {
            ["Dst"] = grant.Destination.ToString(),
            ["Cap"] = grant.Name,
            ["Values"] = Array(grant.Values, value => JsonNode.Parse(value)),
        }),
    };

    private static JsonObject Relays(DerpMap relays) => new()
    {
        ["Regions"] = new JsonObject(relays.Regions.Select(region => KeyValuePair.Create<string, JsonNode?>($"{region.Id}", new JsonObject
        {
            ["RegionID"] = region.Id,
            ["RegionCode"] = region.Code,
            ["RegionName"] = region.Name,
            ["Latitude"] = region.Latitude,
            ["Longitude"] = region.Longitude,
            ["Avoid"] = region.Avoid,
            ["NoMeasureNoHome"] = region.NoMeasureNoHome,
            ["Nodes"] = Array(region.Nodes, node => new JsonObject
            {
                ["Name"] = node.Name,
                ["RegionID"] = node.RegionId,
                ["HostName"] = node.HostName,
                ["CertName"] = node.CertificateName,
                ["IPv4"] = node.Ipv4,
                ["IPv6"] = node.Ipv6,
                ["STUNPort"] = node.StunPort,
                ["STUNOnly"] = node.IsStunOnly,
                ["DERPPort"] = node.DerpPort,
                ["InsecureForTests"] = node.IsInsecureForTests,
                ["STUNTestIP"] = node.StunTestIp,
                ["CanPort80"] = node.CanPort80,
            }),
        }))),
        ["HomeParams"] = new JsonObject
        {
            ["RegionScore"] = new JsonObject(relays.HomeScores.Select(score => KeyValuePair.Create<string, JsonNode?>($"{score.RegionId}", score.Factor))),
        },
        ["omitDefaultRegions"] = relays.OmitDefaultRegions,
    };

    // The real client lists those that a node belongs to.
    private static JsonObject Users(NetworkMap map) => new(map.Peers.Select(pair => pair.Value).Append(map.Self)
        .SelectMany(node => new[] { node.User, node.Sharer }.Where(id => id.Value != 0 && (node != map.Self || id == node.User))).Distinct()
        .Select(map.FindUser).OfType<UserProfile>()
        .Select(user => KeyValuePair.Create<string, JsonNode?>($"{user.Id}", new JsonObject
        {
            ["ID"] = user.Id.Value, ["LoginName"] = user.LoginName, ["DisplayName"] = user.DisplayName, ["ProfilePicURL"] = user.PictureUrl,
        })));

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> convert) => new(items.Select(convert).ToArray());

    private static JsonArray Texts(ValueList<string> texts) => Array(texts, text => JsonValue.Create(text));

    private static JsonArray Prefixes(ValueList<IpPrefix> prefixes) => Array(prefixes, prefix => JsonValue.Create(prefix.ToString()));

    private static AddressRange Range(string prefix) =>
        IpPrefix.TryParse(prefix, out var parsed) ? AddressRange.Of(parsed) : throw new FormatException(prefix);

    // The real client cuts a range into prefixes: what touches is one range again.
    private static JsonArray Ranges(IEnumerable<AddressRange> ranges)
    {
        var merged = new List<AddressRange>();
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && merged[^1].Last.IsV4 == range.First.IsV4 && merged[^1].Last.Bits + 1 == range.First.Bits)
                merged[^1] = merged[^1] with { Last = range.Last };
            else
                merged.Add(range);
        }
        return Array(merged, range => JsonValue.Create(range.ToString()));
    }
}
