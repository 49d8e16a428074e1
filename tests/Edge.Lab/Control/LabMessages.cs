using System.Text.Json.Nodes;

namespace Edge.Lab.Control;

/// <summary>What the server says, in the JSON of tailcfg (tailscale v1.96.5), made without the code of the client that reads it.</summary>
internal static class LabMessages
{
    public static JsonObject Registration(LabVerdict verdict, string loginUrl) => new()
    {
        ["User"] = new JsonObject { ["ID"] = verdict.Node?.User.Id ?? 0, ["DisplayName"] = verdict.Node?.User.Login ?? "" },
        ["Login"] = new JsonObject { ["ID"] = verdict.Node?.User.Id ?? 0, ["Provider"] = "lab", ["LoginName"] = verdict.Node?.User.Login ?? "", ["DisplayName"] = "" },
        ["NodeKeyExpired"] = verdict.IsKeyExpired,
        ["MachineAuthorized"] = verdict is { Node.IsAuthorized: true, IsKeyExpired: false },
        ["AuthURL"] = loginUrl,
        ["Error"] = verdict.Error,
    };

    /// <summary>A node as its peers, or itself, are told of it.</summary>
    public static JsonObject Node(TailnetState state, LabNode node, DateTimeOffset now, bool isSelf)
    {
        var addresses = Addresses(node);
        var host = JsonNode.Parse(node.Host)!.AsObject();
        if (isSelf && node.Network != "null")
            host["NetInfo"] = JsonNode.Parse(node.Network);
        var json = new JsonObject
        {
            ["ID"] = node.Id,
            ["StableID"] = node.StableId,
            ["Name"] = $"{node.Name}.{state.Domain}.",
            ["User"] = node.User.Id,
            ["Key"] = node.Key.ToString(),
            ["KeyExpiry"] = LabJson.Time(node.Expiry),
            ["Machine"] = node.Machine.ToString(),
            ["DiscoKey"] = node.DiscoKey.ToString(),
            ["Addresses"] = LabJson.Array(addresses),
            ["AllowedIPs"] = LabJson.Array(addresses.Concat(node.Routes)),
            ["Endpoints"] = LabJson.Array(node.Endpoints),
            ["HomeDERP"] = node.HomeRegion,
            ["Hostinfo"] = host,
            ["Created"] = LabJson.Time(node.Created),
            ["Cap"] = node.Version,
            ["Online"] = node.IsOnline,
            ["MachineAuthorized"] = node.IsAuthorized,
            ["CapMap"] = JsonNode.Parse(node.Capabilities),
        };
        if (!node.Tags.IsEmpty)
            json["Tags"] = LabJson.Array(node.Tags);
        if (!node.Routes.IsEmpty)
            json["PrimaryRoutes"] = LabJson.Array(node.Routes);
        if (node.LastSeen is { } seen)
            json["LastSeen"] = LabJson.Time(seen);
        if (node.IsExpiredAt(now))
            json["Expired"] = true;
        if (!isSelf && node.IsJailed)
            json["IsJailed"] = true;
        return json;
    }

    /// <summary>What leads from what a peer was to what it is; null: more than a patch can tell has changed.</summary>
    public static JsonObject? Patch(LabNode was, LabNode now)
    {
        var patched = was with
        {
            Key = now.Key,
            DiscoKey = now.DiscoKey,
            Endpoints = now.Endpoints,
            HomeRegion = now.HomeRegion,
            Version = now.Version,
            Capabilities = now.Capabilities,
            Expiry = now.Expiry,
            LastSeen = now.LastSeen,
            IsOnline = now.IsOnline,
            // Peers are not told.
            Network = now.Network,
            OfferedRoutes = now.OfferedRoutes,
        };
        if (patched != now) return null;
        var patch = new JsonObject { ["NodeID"] = now.Id };
        if (was.Key != now.Key)
            patch["Key"] = now.Key.ToString();
        if (was.DiscoKey != now.DiscoKey)
            patch["DiscoKey"] = now.DiscoKey.ToString();
        if (was.Endpoints != now.Endpoints)
            patch["Endpoints"] = LabJson.Array(now.Endpoints);
        if (was.HomeRegion != now.HomeRegion)
            patch["DERPRegion"] = now.HomeRegion;
        if (was.Version != now.Version)
            patch["Cap"] = now.Version;
        if (was.Capabilities != now.Capabilities)
            patch["CapMap"] = JsonNode.Parse(now.Capabilities);
        if (was.Expiry != now.Expiry)
            patch["KeyExpiry"] = LabJson.Time(now.Expiry);
        if (was.LastSeen != now.LastSeen && now.LastSeen is { } seen)
            patch["LastSeen"] = LabJson.Time(seen);
        if (was.IsOnline != now.IsOnline)
            patch["Online"] = now.IsOnline;
        return patch;
    }

    /// <summary>The rules of a node's filter.</summary>
    public static JsonArray Filter(TailnetState state, LabNode self)
    {
        if (state.Filter is { } told) return JsonNode.Parse(told)!.AsArray();
        var rules = new JsonArray();
        foreach (var rule in state.Rules)
        {
            var destinations = rule.To.SelectMany(to => Resolve(to, [self])).ToArray();
            if (destinations.Length == 0) continue;
            var json = new JsonObject { ["SrcIPs"] = LabJson.Array(rule.From.SelectMany(from => Resolve(from, state.Nodes.Values))) };
            if (rule.Capability.Length == 0)
            {
                json["DstPorts"] = new JsonArray(destinations.Select(address => (JsonNode)new JsonObject
                {
                    ["IP"] = address,
                    ["Ports"] = new JsonObject { ["First"] = rule.FirstPort, ["Last"] = rule.LastPort },
                }).ToArray());
            }
            else
            {
                json["CapGrant"] = new JsonArray(new JsonObject
                {
                    ["Dsts"] = LabJson.Array(Addresses(self)),
                    ["CapMap"] = new JsonObject { [rule.Capability] = JsonNode.Parse(rule.Arguments) },
                });
            }
            if (!rule.Protocols.IsEmpty)
                json["IPProto"] = new JsonArray(rule.Protocols.Select(protocol => (JsonNode)protocol).ToArray());
            rules.Add(json);
        }
        return rules;
    }

    public static JsonObject User(LabUser user) => new() { ["ID"] = user.Id, ["LoginName"] = user.Login, ["DisplayName"] = user.Login };

    private static string[] Addresses(LabNode node) => [$"{node.V4}/32", $"{node.V6}/128"];

    // What is neither everybody nor known is taken for a prefix.
    private static IEnumerable<string> Resolve(string who, IEnumerable<LabNode> among)
    {
        if (who == "*" || char.IsAsciiDigit(who[0]) || who.Contains('/')) return [who];
        return among.Where(node => node.Name == who || node.User.Login == who || node.Tags.Contains(who)).SelectMany(node => (string[])[$"{node.V4}", $"{node.V6}"]);
    }
}
