using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Node.Tailnet;

namespace Edge.Node.Status;

/// <summary>
/// A tailnet's status in the fields of Tailscale 1.96.5 (ipn/ipnstate/ipnstate.go, Status and PeerStatus), so that what reads the one reads the other. What this
/// node does not do (Taildrop, peer relays) says so.
/// </summary>
internal static class StatusJson
{
    /// <summary>A session's life without traffic is shorter (WireGuard's REJECT_AFTER_TIME): a peer with one is in use.</summary>
    private static readonly TimeSpan s_active = TimeSpan.FromSeconds(180);


    /// <param name="json">Gets one object.</param>
    /// <param name="status">Of this moment.</param>
    /// <param name="version">Edge's own.</param>
    /// <param name="now">This moment, by the calendar.</param>
    /// <param name="hasPeers">Peers and users are written too.</param>
    public static void Write(Utf8JsonWriter json, TailnetStatus status, string version, UtcTime now, bool hasPeers)
    {
        var map = status.Map;
        var suffix = map is null ? "" : SuffixOf(map.Self.Name);
        json.WriteStartObject();
        json.WriteString("Version"u8, version);
        json.WriteBoolean("TUN"u8, status.Interface is not null);
        json.WriteString("BackendState"u8, status.Standing.State switch
        {
            TailnetState.NeedsApproval => "NeedsMachineAuth",
            var state => state.ToString(),
        });
        json.WriteBoolean("HaveNodeKey"u8, true);
        json.WriteString("AuthURL"u8, status.Standing.LoginUrl ?? "");
        WriteAddresses(json, map?.Self.Addresses ?? default, isAny: true);
        json.WritePropertyName("Self"u8);
        WriteSelf(json, status);
        WriteTexts(json, "Health"u8, [.. status.Health, .. status.Standing is { State: TailnetState.Running, Reason: { } trouble } ? [trouble] : (List<string>)[]], isNullable: false);
        json.WriteString("MagicDNSSuffix"u8, suffix);
        if (map is null)
        {
            json.WriteNull("CurrentTailnet"u8);
        }
        else
        {
            json.WriteStartObject("CurrentTailnet"u8);
            json.WriteString("Name"u8, map.Domain);
            json.WriteString("MagicDNSSuffix"u8, suffix);
            json.WriteBoolean("MagicDNSEnabled"u8, map.Dns.IsMagicDns);
            json.WriteEndObject();
        }
        WriteTexts(json, "CertDomains"u8, map is null ? [] : [.. map.Dns.CertificateDomains.Span], isNullable: true);
        WritePeers(json, status, now, hasPeers);
        WriteUsers(json, hasPeers ? map : null);
        json.WriteNull("ClientVersion"u8);
        WriteOwn(json, status);
        json.WriteEndObject();
    }

    /// <summary>What no stock client tells.</summary>
    private static void WriteOwn(Utf8JsonWriter json, TailnetStatus status)
    {
        json.WriteString("Network"u8, status.Network);
        json.WriteString("ControlURL"u8, status.ControlUrl);
        json.WriteString("Reason"u8, status.Standing.Reason ?? "");
        json.WriteBoolean("NetmapCached"u8, status.IsCached);
        json.WriteNumber("UDPPort"u8, status.Port);
    }

    private static void WriteSelf(Utf8JsonWriter json, TailnetStatus status)
    {
        var node = status.Map?.Self;
        json.WriteStartObject();
        WriteWho(json, node);
        WriteAddresses(json, node?.Addresses ?? default, isAny: true);
        WriteNode(json, node);
        WriteTexts(json, "Addrs"u8, [.. status.Endpoints.Span.ToArray().Select(static endpoint => endpoint.ToString())], isNullable: true);
        WritePath(json, "", status.Home?.Code ?? "", 0, 0);
        WriteTime(json, "Created"u8, node?.Created ?? default);
        WriteTime(json, "LastWrite"u8, default);
        WriteTime(json, "LastSeen"u8, default);
        WriteTime(json, "LastHandshake"u8, default);
        json.WriteBoolean("Online"u8, status is { IsCached: false, Standing: { State: TailnetState.Running, Reason: null } });
        json.WriteBoolean("ExitNode"u8, false);
        json.WriteBoolean("ExitNodeOption"u8, node is not null && OffersExit(node));
        json.WriteBoolean("Active"u8, false);
        WriteRest(json, node, isKnown: false);
        json.WriteEndObject();
    }

    private static void WritePeers(Utf8JsonWriter json, TailnetStatus status, UtcTime now, bool hasPeers)
    {
        if (!hasPeers || status.Peers.Count == 0)
        {
            json.WriteNull("Peer"u8);
            return;
        }
        json.WriteStartObject("Peer"u8);
        // Go writes the keys of a map in their order.
        foreach (var peer in status.Peers.OrderBy(static peer => peer.Node.Key.ToString(), StringComparer.Ordinal))
        {
            json.WritePropertyName(peer.Node.Key.ToString());
            WritePeer(json, peer, status.Map, now);
        }
        json.WriteEndObject();
    }

    private static void WritePeer(Utf8JsonWriter json, TailnetPeerStatus peer, NetworkMap? map, UtcTime now)
    {
        var node = peer.Node;
        json.WriteStartObject();
        WriteWho(json, node);
        if (node.Sharer.Value != 0)
            json.WriteNumber("AltSharerUserID"u8, node.Sharer.Value);
        WriteAddresses(json, node.Addresses, isAny: false);
        WriteNode(json, node);
        WriteTexts(json, "Addrs"u8, [.. node.Endpoints.Span.ToArray().Select(static endpoint => endpoint.ToString())], isNullable: true);
        WritePath(json, peer.Endpoint?.ToString() ?? "", map?.Relays.Find(node.HomeRegion)?.Code ?? "", peer.ReceivedBytes, peer.SentBytes);
        WriteTime(json, "Created"u8, node.Created);
        WriteTime(json, "LastWrite"u8, default);
        WriteTime(json, "LastSeen"u8, node.LastSeen ?? default);
        WriteTime(json, "LastHandshake"u8, peer.SinceHandshake is { } since ? now + -since : default);
        json.WriteBoolean("Online"u8, node.Online ?? false);
        json.WriteBoolean("ExitNode"u8, false);
        json.WriteBoolean("ExitNodeOption"u8, OffersExit(node));
        json.WriteBoolean("Active"u8, peer.Path != PathKind.None && peer.SinceHandshake < s_active);
        WriteRest(json, node, isKnown: true);
        json.WriteEndObject();
    }

    private static void WriteWho(Utf8JsonWriter json, TailnetNode? node)
    {
        json.WriteString("ID"u8, node?.StableId ?? "");
        json.WriteString("PublicKey"u8, (node?.Key ?? default).ToString());
        json.WriteString("HostName"u8, node?.Host.Hostname ?? "");
        json.WriteString("DNSName"u8, node?.Name ?? "");
        json.WriteString("OS"u8, node?.Host.Os ?? "");
        json.WriteNumber("UserID"u8, node?.User.Value ?? 0);
    }

    private static void WriteNode(Utf8JsonWriter json, TailnetNode? node)
    {
        WritePrefixes(json, "AllowedIPs"u8, node?.AllowedIps ?? default);
        if (node is { IsTagged: true })
            WriteTexts(json, "Tags"u8, [.. node.Tags.Span], isNullable: true);
        WritePrefixes(json, "PrimaryRoutes"u8, node?.PrimaryRoutes ?? default);
    }

    private static void WritePath(Utf8JsonWriter json, string endpoint, string relay, ulong received, ulong sent)
    {
        json.WriteString("CurAddr"u8, endpoint);
        json.WriteString("Relay"u8, relay);
        json.WriteString("PeerRelay"u8, "");
        json.WriteNumber("RxBytes"u8, received);
        json.WriteNumber("TxBytes"u8, sent);
    }

    /// <param name="json">Gets the fields behind a node's activity.</param>
    /// <param name="node">Null: there is no netmap yet.</param>
    /// <param name="isKnown">The data path knows it.</param>
    private static void WriteRest(Utf8JsonWriter json, TailnetNode? node, bool isKnown)
    {
        WriteTexts(json, "PeerAPIURL"u8, node is null ? [] : [.. PeerApis(node)], isNullable: true);
        json.WriteNumber("TaildropTarget"u8, 0);
        json.WriteString("NoFileSharingReason"u8, "");
        WriteCapabilities(json, node?.Capabilities ?? default);
        if (node is { Host.ShareeNode: true })
            json.WriteBoolean("ShareeNode"u8, true);
        json.WriteBoolean("InNetworkMap"u8, node is not null);
        json.WriteBoolean("InMagicSock"u8, isKnown);
        json.WriteBoolean("InEngine"u8, isKnown);
        if (node is { IsExpired: true })
            json.WriteBoolean("Expired"u8, true);
        if (node is { KeyExpiry.IsZero: false })
            WriteTime(json, "KeyExpiry"u8, node.KeyExpiry with { Nanoseconds = 0 });
    }

    private static void WriteCapabilities(Utf8JsonWriter json, Capabilities capabilities)
    {
        if (capabilities.Items.IsEmpty)
            return;
        json.WriteStartObject("CapMap"u8);
        foreach (var (name, values) in capabilities.Items)
        {
            json.WriteStartArray(name);
            foreach (var value in values)
                json.WriteRawValue(value, skipInputValidation: true);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteUsers(Utf8JsonWriter json, NetworkMap? map)
    {
        if (map is null || map.Users.Count == 0)
        {
            json.WriteNull("User"u8);
            return;
        }
        json.WriteStartObject("User"u8);
        foreach (var (id, user) in map.Users.OrderBy(static user => user.Key.ToString(), StringComparer.Ordinal))
        {
            json.WritePropertyName(id.ToString());
            WriteUser(json, user);
        }
        json.WriteEndObject();
    }

    /// <summary>A user's profile (tailcfg.UserProfile).</summary>
    public static void WriteUser(Utf8JsonWriter json, UserProfile user)
    {
        json.WriteStartObject();
        json.WriteNumber("ID"u8, user.Id.Value);
        json.WriteString("LoginName"u8, user.LoginName);
        json.WriteString("DisplayName"u8, user.DisplayName);
        if (!string.IsNullOrEmpty(user.PictureUrl))
            json.WriteString("ProfilePicURL"u8, user.PictureUrl);
        json.WriteEndObject();
    }

    /// <summary>What is behind the first label, without dots around it.</summary>
    public static string SuffixOf(string name) => name.Trim('.') is var bare && bare.IndexOf('.') is > 0 and var dot ? bare[(dot + 1)..] : "";

    private static bool OffersExit(TailnetNode node)
    {
        var (v4, v6) = (false, false);
        foreach (var prefix in node.AllowedIps)
        {
            v4 |= prefix.Length == 0 && prefix.Address.IsV4;
            v6 |= prefix.Length == 0 && !prefix.Address.IsV4;
        }
        return v4 && v6;
    }

    private static IEnumerable<string> PeerApis(TailnetNode node)
    {
        foreach (var (protocol, isV4) in new[] { ("peerapi4", true), ("peerapi6", false) })
        {
            var port = node.Host.Services.Span.ToArray().LastOrDefault(service => service.Protocol == protocol).Port;
            var address = node.Addresses.Span.ToArray().FirstOrDefault(prefix => prefix.Address.IsV4 == isV4 && prefix.Length == prefix.Address.BitCount);
            if (port != 0 && address != default)
                yield return $"http://{new Endpoint(address.Address, port)}";
        }
    }

    /// <param name="json">Gets the list; null where there is none.</param>
    /// <param name="addresses">A node's own.</param>
    /// <param name="isAny">False: those of Tailscale's ranges only.</param>
    private static void WriteAddresses(Utf8JsonWriter json, ValueList<IpPrefix> addresses, bool isAny)
    {
        List<string> texts = [];
        foreach (var prefix in addresses)
        {
            if (prefix.Length == prefix.Address.BitCount && (isAny || TailnetRanges.V4.Contains(prefix.Address) || TailnetRanges.V6.Contains(prefix.Address)))
                texts.Add(prefix.Address.ToString());
        }
        WriteTexts(json, "TailscaleIPs"u8, texts, isNullable: true);
    }

    private static void WritePrefixes(Utf8JsonWriter json, ReadOnlySpan<byte> name, ValueList<IpPrefix> prefixes)
    {
        if (prefixes.IsEmpty)
            return;
        json.WriteStartArray(name);
        foreach (var prefix in prefixes)
            json.WriteStringValue(prefix.ToString());
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, List<string> texts, bool isNullable)
    {
        if (texts.Count == 0 && isNullable)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, UtcTime time)
    {
        Span<byte> text = stackalloc byte[UtcTime.MostBytes];
        json.WriteString(name, time.TryFormat(text, out var written) ? text[..written] : "0001-01-01T00:00:00Z"u8);
    }
}
