using System.Buffers;
using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Control.Json;

/// <summary>Netmaps, for a node that starts while its server is down: as one full message of the map stream, so that what reads those reads them.</summary>
internal static partial class ControlJsonWriter
{
    public static void Write(IBufferWriter<byte> output, NetworkMap map)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        json.WritePropertyName("Node"u8);
        WriteNode(json, map.Self);
        json.WriteStartArray("Peers"u8);
        foreach (var (_, peer) in map.Peers)
            WriteNode(json, peer);
        json.WriteEndArray();
        WriteText(json, "Domain"u8, map.Domain);
        WriteDns(json, map.Dns);
        json.WritePropertyName("DERPMap"u8);
        WriteRelays(json, map.Relays);
        json.WriteStartArray("PacketFilter"u8);
        foreach (var rule in map.Filter)
            WriteRule(json, rule);
        json.WriteEndArray();
        WriteUsers(json, map);
        WriteMessages(json, map.Messages);
        if (map.TailnetLockHead.Length > 0)
        {
            json.WriteStartObject("TKAInfo"u8);
            json.WriteString("Head"u8, map.TailnetLockHead);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter json, TailnetNode node)
    {
        json.WriteStartObject();
        WriteFields(json, node);
        json.WriteEndObject();
    }

    /// <summary>Writes a node's fields into the object that is open.</summary>
    public static void WriteFields(Utf8JsonWriter json, TailnetNode node)
    {
        json.WriteNumber("ID"u8, node.Id.Value);
        WriteText(json, "StableID"u8, node.StableId);
        WriteText(json, "Name"u8, node.Name);
        json.WriteNumber("User"u8, node.User.Value);
        if (node.Sharer.Value != 0)
            json.WriteNumber("Sharer"u8, node.Sharer.Value);
        json.WriteString("Key"u8, node.Key.ToString());
        if (!node.KeyExpiry.IsZero)
            WriteTime(json, "KeyExpiry"u8, node.KeyExpiry);
        if (!node.KeySignature.IsEmpty)
            json.WriteBase64String("KeySignature"u8, node.KeySignature.Span);
        json.WriteString("Machine"u8, node.Machine.ToString());
        json.WriteString("DiscoKey"u8, node.DiscoKey.ToString());
        WritePrefixes(json, "Addresses"u8, node.Addresses);
        // Absent, they would be the addresses.
        json.WriteStartArray("AllowedIPs"u8);
        foreach (var prefix in node.AllowedIps)
            json.WriteStringValue(prefix.ToString());
        json.WriteEndArray();
        WriteAll(json, "Endpoints"u8, node.Endpoints);
        json.WriteNumber("HomeDERP"u8, node.HomeRegion);
        WriteHost(json, node.Host);
        WriteTime(json, "Created"u8, node.Created);
        json.WriteNumber("Cap"u8, node.CapabilityVersion);
        WriteTexts(json, "Tags"u8, node.Tags);
        WritePrefixes(json, "PrimaryRoutes"u8, node.PrimaryRoutes);
        if (node.LastSeen is { } seen)
            WriteTime(json, "LastSeen"u8, seen);
        WriteFlag(json, "Online"u8, node.Online);
        WriteTrue(json, "MachineAuthorized"u8, node.IsMachineAuthorized);
        WriteCapabilities(json, node.Capabilities);
        WriteTrue(json, "UnsignedPeerAPIOnly"u8, node.IsUnsignedPeerApiOnly);
        WriteTrue(json, "Expired"u8, node.IsExpired);
        WriteAddress(json, "SelfNodeV4MasqAddrForThisPeer"u8, node.SelfV4Masquerade);
        WriteAddress(json, "SelfNodeV6MasqAddrForThisPeer"u8, node.SelfV6Masquerade);
        WriteTrue(json, "IsWireGuardOnly"u8, node.IsWireGuardOnly);
        WriteTrue(json, "IsJailed"u8, node.IsJailed);
        WriteResolvers(json, "ExitNodeDNSResolvers"u8, node.ExitNodeResolvers);
    }

    private static void WriteCapabilities(Utf8JsonWriter json, Capabilities capabilities)
    {
        if (capabilities.Items.IsEmpty) return;
        json.WriteStartObject("CapMap"u8);
        foreach (var capability in capabilities.Items)
        {
            json.WritePropertyName(capability.Name);
            WriteRaw(json, capability.Values);
        }
        json.WriteEndObject();
    }

    private static void WriteRaw(Utf8JsonWriter json, ValueList<string> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
            json.WriteRawValue(value, skipInputValidation: true);
        json.WriteEndArray();
    }

    private static void WriteDns(Utf8JsonWriter json, DnsConfig dns)
    {
        json.WriteStartObject("DNSConfig"u8);
        WriteResolvers(json, "Resolvers"u8, dns.Resolvers);
        json.WriteStartObject("Routes"u8);
        foreach (var route in dns.Routes)
        {
            json.WriteStartArray(route.Suffix);
            foreach (var resolver in route.Resolvers)
                WriteResolver(json, resolver);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        WriteResolvers(json, "FallbackResolvers"u8, dns.FallbackResolvers);
        WriteTexts(json, "Domains"u8, dns.Domains);
        WriteTrue(json, "Proxied"u8, dns.IsMagicDns);
        WriteAll(json, "Nameservers"u8, dns.Nameservers);
        WriteTexts(json, "CertDomains"u8, dns.CertificateDomains);
        json.WriteStartArray("ExtraRecords"u8);
        foreach (var record in dns.ExtraRecords)
        {
            json.WriteStartObject();
            json.WriteString("Name"u8, record.Name);
            json.WriteString("Type"u8, record.Type);
            json.WriteString("Value"u8, record.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteTexts(json, "ExitNodeFilteredSet"u8, dns.ExitNodeFilteredSet);
        json.WriteEndObject();
    }

    private static void WriteResolvers(Utf8JsonWriter json, ReadOnlySpan<byte> name, ValueList<DnsResolver> resolvers)
    {
        if (resolvers.IsEmpty) return;
        json.WriteStartArray(name);
        foreach (var resolver in resolvers)
            WriteResolver(json, resolver);
        json.WriteEndArray();
    }

    private static void WriteResolver(Utf8JsonWriter json, DnsResolver resolver)
    {
        json.WriteStartObject();
        json.WriteString("Addr"u8, resolver.Address);
        WriteAll(json, "BootstrapResolution"u8, resolver.Bootstrap);
        WriteTrue(json, "UseWithExitNode"u8, resolver.UseWithExitNode);
        json.WriteEndObject();
    }

    /// <summary>A relay map alone.</summary>
    public static void WriteRelays(Utf8JsonWriter json, DerpMap relays)
    {
        json.WriteStartObject();
        json.WriteStartObject("Regions"u8);
        foreach (var region in relays.Regions)
            WriteRegion(json, region);
        json.WriteEndObject();
        json.WriteStartObject("HomeParams"u8);
        json.WriteStartObject("RegionScore"u8);
        foreach (var score in relays.HomeScores)
            json.WriteNumber(score.RegionId.ToString(System.Globalization.CultureInfo.InvariantCulture), score.Factor);
        json.WriteEndObject();
        json.WriteEndObject();
        WriteTrue(json, "OmitDefaultRegions"u8, relays.OmitDefaultRegions);
        json.WriteEndObject();
    }

    private static void WriteRegion(Utf8JsonWriter json, DerpRegion region)
    {
        json.WriteStartObject(region.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteNumber("RegionID"u8, region.Id);
        WriteText(json, "RegionCode"u8, region.Code);
        WriteText(json, "RegionName"u8, region.Name);
        json.WriteNumber("Latitude"u8, region.Latitude);
        json.WriteNumber("Longitude"u8, region.Longitude);
        WriteTrue(json, "Avoid"u8, region.Avoid);
        WriteTrue(json, "NoMeasureNoHome"u8, region.NoMeasureNoHome);
        json.WriteStartArray("Nodes"u8);
        foreach (var node in region.Nodes)
        {
            json.WriteStartObject();
            WriteText(json, "Name"u8, node.Name);
            json.WriteNumber("RegionID"u8, node.RegionId);
            WriteText(json, "HostName"u8, node.HostName);
            WriteText(json, "CertName"u8, node.CertificateName);
            WriteText(json, "IPv4"u8, node.Ipv4);
            WriteText(json, "IPv6"u8, node.Ipv6);
            json.WriteNumber("STUNPort"u8, node.StunPort);
            WriteTrue(json, "STUNOnly"u8, node.IsStunOnly);
            json.WriteNumber("DERPPort"u8, node.DerpPort);
            WriteTrue(json, "InsecureForTests"u8, node.IsInsecureForTests);
            WriteText(json, "STUNTestIP"u8, node.StunTestIp);
            WriteTrue(json, "CanPort80"u8, node.CanPort80);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter json, FilterRule rule)
    {
        json.WriteStartObject();
        json.WriteStartArray("SrcIPs"u8);
        foreach (var source in rule.Sources)
            json.WriteStringValue(source.ToString());
        foreach (var capability in rule.SourceCapabilities)
            json.WriteStringValue($"cap:{capability}");
        json.WriteEndArray();
        json.WriteStartArray("DstPorts"u8);
        foreach (var destination in rule.Destinations)
        {
            json.WriteStartObject();
            json.WriteString("IP"u8, destination.Addresses.ToString());
            json.WriteStartObject("Ports"u8);
            json.WriteNumber("First"u8, destination.Ports.First);
            json.WriteNumber("Last"u8, destination.Ports.Last);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("IPProto"u8);
        foreach (var protocol in rule.Protocols)
            json.WriteNumberValue(protocol);
        // An empty list would be the usual ones; a number that is no protocol leaves none.
        if (rule.Protocols.IsEmpty)
            json.WriteNumberValue(-1);
        json.WriteEndArray();
        json.WriteStartArray("CapGrant"u8);
        foreach (var grant in rule.Grants)
            WriteGrant(json, grant);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteGrant(Utf8JsonWriter json, FilterGrant grant)
    {
        json.WriteStartObject();
        json.WriteStartArray("Dsts"u8);
        json.WriteStringValue(grant.Destination.ToString());
        json.WriteEndArray();
        if (grant.HasValues)
        {
            json.WriteStartObject("CapMap"u8);
            json.WritePropertyName(grant.Name);
            WriteRaw(json, grant.Values);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("Caps"u8);
            json.WriteStringValue(grant.Name);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteUsers(Utf8JsonWriter json, NetworkMap map)
    {
        json.WriteStartArray("UserProfiles"u8);
        foreach (var (_, user) in map.Users)
        {
            json.WriteStartObject();
            json.WriteNumber("ID"u8, user.Id.Value);
            json.WriteString("LoginName"u8, user.LoginName);
            json.WriteString("DisplayName"u8, user.DisplayName);
            WriteText(json, "ProfilePicURL"u8, user.PictureUrl ?? "");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteMessages(Utf8JsonWriter json, ValueList<DisplayMessage> messages)
    {
        json.WriteStartObject("DisplayMessages"u8);
        foreach (var message in messages)
        {
            json.WriteStartObject(message.Id);
            WriteText(json, "Title"u8, message.Title);
            WriteText(json, "Text"u8, message.Text);
            WriteText(json, "Severity"u8, message.Severity);
            WriteTrue(json, "ImpactsConnectivity"u8, message.ImpactsConnectivity);
            json.WriteStartObject("PrimaryAction"u8);
            WriteText(json, "URL"u8, message.ActionUrl);
            WriteText(json, "Label"u8, message.ActionLabel);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter json, ReadOnlySpan<byte> name, IpAddress? address)
    {
        if (address is { } known)
            json.WriteString(name, known.ToString());
    }

    private static void WriteAll<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, ValueList<T> values) where T : struct
    {
        if (values.IsEmpty) return;
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value.ToString());
        json.WriteEndArray();
    }
}
