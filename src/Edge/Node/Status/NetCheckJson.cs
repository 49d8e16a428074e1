using System.Globalization;
using System.Text.Json;
using Edge.Node.Tailnet.Checks;
using Edge.Protocols.Stun;

namespace Edge.Node.Status;

/// <summary>
/// A check of the network in the fields of `tailscale netcheck --format=json` (net/netcheck of 1.96.5, Report); times are nanoseconds. What is not looked for
/// here, such as routers that map ports, is null, as what the stock client did not look for.
/// </summary>
internal static class NetCheckJson
{
    public static void Write(Utf8JsonWriter json, CheckedNetwork found)
    {
        var report = found.Report;
        json.WriteStartObject();
        json.WriteString("Now"u8, found.At.UtcDateTime);
        json.WriteBoolean("UDP"u8, report.HasUdp);
        json.WriteBoolean("IPv6"u8, report.MappedV6 is not null);
        json.WriteBoolean("IPv4"u8, report.MappedV4 is not null);
        json.WriteBoolean("OSHasIPv6"u8, found.HasV6);
        WriteFlag(json, "MappingVariesByDestIP"u8, report.IsMappingVarying);
        json.WriteNull("UPnP"u8);
        json.WriteNull("PMP"u8);
        json.WriteNull("PCP"u8);
        json.WriteNumber("PreferredDERP"u8, found.Nearest);
        WriteLatencies(json, "RegionLatency"u8, report.Regions, static region => region.Best);
        WriteLatencies(json, "RegionV4Latency"u8, report.Regions, static region => region.V4);
        WriteLatencies(json, "RegionV6Latency"u8, report.Regions, static region => region.V6);
        json.WriteString("GlobalV4"u8, report.MappedV4?.ToString() ?? "");
        json.WriteString("GlobalV6"u8, report.MappedV6?.ToString() ?? "");
        json.WriteNull("CaptivePortal"u8);
        WriteOwn(json, found);
        json.WriteEndObject();
    }

    /// <summary>What no stock client tells.</summary>
    private static void WriteOwn(Utf8JsonWriter json, CheckedNetwork found)
    {
        json.WriteString("NAT"u8, found.Nat switch
        {
            NatKind.None => "none",
            NatKind.Easy => "easy",
            NatKind.Hard => "hard",
            _ => "unknown",
        });
        json.WriteStartObject("Regions"u8);
        foreach (var region in found.Relays.Regions)
        {
            json.WriteStartObject(region.Id.ToString(CultureInfo.InvariantCulture));
            json.WriteString("RegionCode"u8, region.Code);
            json.WriteString("RegionName"u8, region.Name);
            json.WriteBoolean("NoMeasureNoHome"u8, region.NoMeasureNoHome);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteLatencies(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<RegionLatency> regions, Func<RegionLatency, TimeSpan?> latency)
    {
        json.WriteStartObject(name);
        foreach (var region in regions)
        {
            if (latency(region) is { } known)
                json.WriteNumber(region.Region.ToString(CultureInfo.InvariantCulture), known.Ticks * TimeSpan.NanosecondsPerTick);
        }
        json.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool? flag)
    {
        if (flag is { } known)
            json.WriteBoolean(name, known);
        else
            json.WriteNull(name);
    }
}
