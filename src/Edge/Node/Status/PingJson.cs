using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Protocols.Control.Messages;

namespace Edge.Node.Status;

/// <summary>What became of a ping, as Tailscale's LocalAPI answers (ipn/ipnstate of 1.96.5, PingResult).</summary>
internal static class PingJson
{
    /// <param name="json">Gets one object.</param>
    /// <param name="network">Through which; the stock daemon has one.</param>
    /// <param name="kind">How it was pinged.</param>
    /// <param name="report">What came of it.</param>
    public static void Write(Utf8JsonWriter json, string network, PingKind kind, PingReport report)
    {
        json.WriteStartObject();
        json.WriteString("IP"u8, report.Address.ToString());
        json.WriteString("NodeIP"u8, report.NodeAddress?.ToString() ?? "");
        json.WriteString("NodeName"u8, report.NodeName);
        json.WriteString("Err"u8, report.Error);
        json.WriteNumber("LatencySeconds"u8, report.RoundTrip.TotalSeconds);
        json.WriteString("Endpoint"u8, report.Endpoint?.ToString() ?? "");
        json.WriteString("PeerRelay"u8, "");
        json.WriteNumber("DERPRegionID"u8, report.Region);
        json.WriteString("DERPRegionCode"u8, report.RegionCode);
        if (report.PeerApiPort != 0)
            json.WriteNumber("PeerAPIPort"u8, report.PeerApiPort);
        if (kind == PingKind.PeerApi && report.PeerApiPort != 0)
            json.WriteString("PeerAPIURL"u8, $"http://{new Endpoint(report.Address, report.PeerApiPort)}");
        if (report.IsOwn)
            json.WriteBoolean("IsLocalIP"u8, true);
        json.WriteString("Network"u8, network);
        json.WriteEndObject();
    }
}
