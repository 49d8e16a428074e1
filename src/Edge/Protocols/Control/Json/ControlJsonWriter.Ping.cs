using System.Buffers;
using System.Text.Json;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Json;

internal static partial class ControlJsonWriter
{
    /// <summary>As tailcfg.PingResponse.</summary>
    public static void Write(IBufferWriter<byte> output, PingKind kind, PingReport report)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        json.WriteString("Type"u8, kind.Name());
        json.WriteString("IP"u8, report.Address.ToString());
        if (report.NodeAddress is { } node)
            json.WriteString("NodeIP"u8, node.ToString());
        WriteText(json, "NodeName"u8, report.NodeName);
        WriteText(json, "Err"u8, report.Error);
        if (report.RoundTrip > TimeSpan.Zero)
            json.WriteNumber("LatencySeconds"u8, report.RoundTrip.TotalSeconds);
        if (report.Endpoint is { } endpoint)
            json.WriteString("Endpoint"u8, endpoint.ToString());
        if (report.Region != 0)
            json.WriteNumber("DERPRegionID"u8, report.Region);
        WriteText(json, "DERPRegionCode"u8, report.RegionCode);
        if (report.PeerApiPort != 0)
            json.WriteNumber("PeerAPIPort"u8, report.PeerApiPort);
        WriteTrue(json, "IsLocalIP"u8, report.IsOwn);
        json.WriteEndObject();
    }
}
