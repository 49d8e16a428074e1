using System.Globalization;
using System.Text.Json;

namespace Edge.Cli;

/// <summary>A check of the network for people, as `tailscale netcheck` writes it (cmd/tailscale/cli/netcheck.go of 1.96.5).</summary>
internal static class NetCheckText
{
    public static void Write(JsonElement report, TextWriter output)
    {
        var (hasV6, varying) = (report.GetProperty("IPv6").GetBoolean(), report.GetProperty("MappingVariesByDestIP"));
        output.Write($"\nReport:\n\t* Time: {Printable.Of(report, "Now")}\n\t* UDP: {Word(report.GetProperty("UDP"))}\n");
        output.Write(Printable.Of(report, "GlobalV4") is { Length: > 0 } v4 ? $"\t* IPv4: yes, {v4}\n" : "\t* IPv4: (no addr found)\n");
        output.Write(
            hasV6 ? $"\t* IPv6: yes, {Printable.Of(report, "GlobalV6")}\n"
            : report.GetProperty("OSHasIPv6").GetBoolean() ? "\t* IPv6: no, but OS has support\n"
            : "\t* IPv6: no, unavailable in OS\n");
        output.Write($"\t* MappingVariesByDestIP: {Word(varying)}\n");
        output.Write($"\t* NAT: {Describe(Printable.Of(report, "NAT"))}\n");
        WriteRegions(report, output);
    }

    private static void WriteRegions(JsonElement report, TextWriter output)
    {
        var latencies = report.GetProperty("RegionLatency").EnumerateObject().ToDictionary(static one => one.Name, static one => one.Value.GetInt64());
        if (latencies.Count == 0)
        {
            output.Write("\t* Nearest DERP: unknown (no response to latency probes)\n");
            return;
        }
        var regions = report.GetProperty("Regions").EnumerateObject().ToList();
        var nearest = report.GetProperty("PreferredDERP").GetInt32().ToString(CultureInfo.InvariantCulture);
        var home = regions.FirstOrDefault(region => region.Name == nearest);
        output.Write($"\t* Nearest DERP: {(home.Value.ValueKind == JsonValueKind.Object ? NameOf(home) : "[none]")}\n\t* DERP latency:\n");
        foreach (var region in regions.OrderBy(region => latencies.GetValueOrDefault(region.Name, long.MaxValue)).ThenBy(static region => int.Parse(region.Name, CultureInfo.InvariantCulture)))
        {
            var latency = latencies.TryGetValue(region.Name, out var known) ? string.Create(CultureInfo.InvariantCulture, $"{known / 1e6:0.0}ms") : "";
            output.Write($"\t\t- {Printable.Of(region.Value, "RegionCode"),3}: {latency,-7} ({NameOf(region)})\n");
        }
    }

    private static string NameOf(JsonProperty region) => Printable.Of(region.Value, "RegionName") is { Length: > 0 } name ? name : $"region {region.Name}";

    private static string Describe(string kind) => kind switch
    {
        "none" => "none: the address is this machine's own",
        "easy" => "easy: one endpoint for all destinations",
        "hard" => "hard: an endpoint for each destination (\"symmetric\"); with another of its kind, peers talk by the relay",
        _ => "unknown: fewer than two servers answered by IPv4",
    };

    /// <summary>As the stock client writes what is true, false, or not known.</summary>
    private static string Word(JsonElement flag) => flag.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "",
    };
}
