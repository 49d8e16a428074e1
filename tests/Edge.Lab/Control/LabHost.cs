using System.Text.Json.Nodes;
using Edge.Foundation.Netmap;

namespace Edge.Lab.Control;

/// <summary>What a request tells of its host.</summary>
/// <param name="Name">The machine's.</param>
/// <param name="Text">JSON, without the network.</param>
/// <param name="Network">JSON of the network.</param>
/// <param name="HomeRegion">Of the relay; 0: none.</param>
/// <param name="Routes">What it offers.</param>
/// <param name="Tags">What it asks for.</param>
internal sealed record LabHost(string Name, string Text, string Network, int HomeRegion, ValueList<string> Routes, ValueList<string> Tags)
{
    public static LabHost Read(JsonObject request)
    {
        if (request["Hostinfo"] is not JsonObject whole) return new("", "{}", "null", 0, default, default);
        var host = whole.DeepClone().AsObject();
        host.Remove("NetInfo", out var network);
        return new(
            LabJson.Text(host, "Hostname"), host.ToJsonString(), network?.ToJsonString() ?? "null",
            network is JsonObject told ? LabJson.Number(told, "PreferredDERP") : 0,
            LabJson.Texts(host, "RoutableIPs"), LabJson.Texts(host, "RequestTags"));
    }
}
