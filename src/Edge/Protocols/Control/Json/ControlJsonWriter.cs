using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Json;

/// <summary>Writes the requests as Go's encoding/json does: empty fields left out, except those that tailcfg always writes.</summary>
internal static partial class ControlJsonWriter
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(IBufferWriter<byte> output, RegisterRequest request)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        json.WriteNumber("Version"u8, CapabilityVersion.Current);
        json.WriteString("NodeKey"u8, request.NodeKey.ToString());
        json.WriteString("OldNodeKey"u8, request.OldNodeKey.ToString());
        if (request.AuthKey is { } key)
        {
            json.WriteStartObject("Auth"u8);
            json.WriteString("AuthKey"u8, key);
            json.WriteEndObject();
        }
        WriteTime(json, "Expiry"u8, request.Expiry);
        json.WriteString("Followup"u8, request.Followup);
        WriteHost(json, request.Host);
        WriteTrue(json, "Ephemeral"u8, request.IsEphemeral);
        json.WriteEndObject();
    }

    public static void Write(IBufferWriter<byte> output, MapRequest request)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        json.WriteNumber("Version"u8, CapabilityVersion.Current);
        json.WriteString("Compress"u8, "zstd"u8);
        json.WriteBoolean("KeepAlive"u8, true);
        json.WriteString("NodeKey"u8, request.NodeKey.ToString());
        json.WriteString("DiscoKey"u8, request.DiscoKey.ToString());
        WriteTrue(json, "Stream"u8, request.IsStream);
        WriteHost(json, request.Host);
        if (!request.Endpoints.IsEmpty)
        {
            json.WriteStartArray("Endpoints"u8);
            foreach (var endpoint in request.Endpoints)
                json.WriteStringValue(endpoint.Endpoint.ToString());
            json.WriteEndArray();
            json.WriteStartArray("EndpointTypes"u8);
            foreach (var endpoint in request.Endpoints)
                json.WriteNumberValue((int)endpoint.Kind);
            json.WriteEndArray();
        }
        WriteTrue(json, "OmitPeers"u8, request.OmitsPeers);
        json.WriteEndObject();
    }

    private static void WriteHost(Utf8JsonWriter json, HostInfo host)
    {
        json.WriteStartObject("Hostinfo"u8);
        WriteText(json, "IPNVersion"u8, host.ClientVersion);
        WriteText(json, "BackendLogID"u8, host.BackendLogId);
        WriteText(json, "OS"u8, host.Os);
        WriteText(json, "OSVersion"u8, host.OsVersion);
        WriteFlag(json, "Container"u8, host.Container);
        WriteText(json, "Env"u8, host.Environment);
        WriteText(json, "Distro"u8, host.Distribution);
        WriteText(json, "DistroVersion"u8, host.DistributionVersion);
        WriteText(json, "DistroCodeName"u8, host.DistributionCodeName);
        WriteText(json, "App"u8, host.App);
        WriteFlag(json, "Desktop"u8, host.Desktop);
        WriteText(json, "Package"u8, host.Package);
        WriteText(json, "DeviceModel"u8, host.DeviceModel);
        WriteText(json, "Hostname"u8, host.Hostname);
        WriteTrue(json, "ShieldsUp"u8, host.ShieldsUp);
        WriteTrue(json, "ShareeNode"u8, host.ShareeNode);
        WriteTrue(json, "NoLogsNoSupport"u8, host.NoLogsNoSupport);
        WriteTrue(json, "WireIngress"u8, host.WireIngress);
        WriteTrue(json, "IngressEnabled"u8, host.IngressEnabled);
        WriteTrue(json, "AllowsUpdate"u8, host.AllowsUpdate);
        WriteText(json, "Machine"u8, host.Machine);
        WriteText(json, "GoArch"u8, host.GoArchitecture);
        WriteText(json, "GoArchVar"u8, host.GoArchitectureVariant);
        WriteText(json, "GoVersion"u8, host.GoVersion);
        WritePrefixes(json, "RoutableIPs"u8, host.RoutableIps);
        WriteTexts(json, "RequestTags"u8, host.RequestTags);
        WriteTexts(json, "WoLMACs"u8, host.WakeOnLanMacs);
        WriteServices(json, host.Services);
        if (host.Network is { } network)
            WriteNetwork(json, network);
        WriteText(json, "Cloud"u8, host.Cloud);
        WriteFlag(json, "Userspace"u8, host.Userspace);
        WriteFlag(json, "UserspaceRouter"u8, host.UserspaceRouter);
        WriteFlag(json, "AppConnector"u8, host.AppConnector);
        WriteText(json, "ServicesHash"u8, host.ServicesHash);
        WriteText(json, "ExitNodeID"u8, host.ExitNodeId);
        WriteFlag(json, "StateEncrypted"u8, host.StateEncrypted);
        WriteTrue(json, "PeerRelay"u8, host.PeerRelay);
        json.WriteEndObject();
    }

    private static void WriteServices(Utf8JsonWriter json, ValueList<HostService> services)
    {
        if (services.IsEmpty) return;
        json.WriteStartArray("Services"u8);
        foreach (var service in services)
        {
            json.WriteStartObject();
            json.WriteString("Proto"u8, service.Protocol);
            json.WriteNumber("Port"u8, service.Port);
            WriteText(json, "Description"u8, service.Description);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteNetwork(Utf8JsonWriter json, NetInfo network)
    {
        json.WriteStartObject("NetInfo"u8);
        WriteFlag(json, "MappingVariesByDestIP"u8, network.MappingVariesByDestination);
        WriteFlag(json, "WorkingIPv6"u8, network.WorkingIpv6);
        WriteFlag(json, "OSHasIPv6"u8, network.OsHasIpv6);
        WriteFlag(json, "WorkingUDP"u8, network.WorkingUdp);
        WriteFlag(json, "WorkingICMPv4"u8, network.WorkingIcmpV4);
        WriteTrue(json, "HavePortMap"u8, network.HavePortMap);
        WriteFlag(json, "UPnP"u8, network.Upnp);
        WriteFlag(json, "PMP"u8, network.Pmp);
        WriteFlag(json, "PCP"u8, network.Pcp);
        if (network.PreferredRelay != 0)
            json.WriteNumber("PreferredDERP"u8, network.PreferredRelay);
        WriteText(json, "LinkType"u8, network.LinkType);
        if (!network.RelayLatencies.IsEmpty)
        {
            json.WriteStartObject("DERPLatency"u8);
            foreach (var latency in network.RelayLatencies)
                json.WriteNumber(latency.Relay, latency.Seconds);
            json.WriteEndObject();
        }
        WriteText(json, "FirewallMode"u8, network.FirewallMode);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string text)
    {
        if (text.Length > 0)
            json.WriteString(name, text);
    }

    private static void WriteTrue(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool value)
    {
        if (value)
            json.WriteBoolean(name, true);
    }

    private static void WriteFlag(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } known)
            json.WriteBoolean(name, known);
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, ValueList<string> texts)
    {
        if (texts.IsEmpty) return;
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WritePrefixes(Utf8JsonWriter json, ReadOnlySpan<byte> name, ValueList<IpPrefix> prefixes)
    {
        if (prefixes.IsEmpty) return;
        json.WriteStartArray(name);
        foreach (var prefix in prefixes)
            json.WriteStringValue(prefix.ToString());
        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, UtcTime time)
    {
        Span<byte> text = stackalloc byte[UtcTime.MostBytes];
        json.WriteString(name, time.TryFormat(text, out var written) ? text[..written] : "0001-01-01T00:00:00Z"u8);
    }
}
