using System.Globalization;
using System.Text.Json.Nodes;
using Edge.Foundation.Keys;

namespace Edge.Lab.Control;

/// <summary>A registration as it was asked for.</summary>
internal sealed record LabRegistration
{
    public required KeyOf<MachineKind> Machine { get; init; }

    public required KeyOf<NodeKind> Key { get; init; }

    public required int Version { get; init; }

    public string AuthKey { get; init; } = "";

    /// <summary>Null: the node has no wish.</summary>
    public DateTimeOffset? Expiry { get; init; }

    public string Followup { get; init; } = "";

    public bool IsEphemeral { get; init; }

    public required LabHost Host { get; init; }

    /// <summary>Null: it is no such request.</summary>
    public static LabRegistration? Read(KeyOf<MachineKind> machine, JsonObject request)
    {
        if (!KeyOf<NodeKind>.TryParse(LabJson.Text(request, "NodeKey"), out var key)) return null;
        var expiry = DateTimeOffset.TryParse(LabJson.Text(request, "Expiry"), CultureInfo.InvariantCulture, out var time) && time.Year > 1 ? time : (DateTimeOffset?)null;
        return new()
        {
            Machine = machine,
            Key = key,
            Version = LabJson.Number(request, "Version"),
            AuthKey = request["Auth"] is JsonObject auth ? LabJson.Text(auth, "AuthKey") : "",
            Expiry = expiry,
            Followup = LabJson.Text(request, "Followup"),
            IsEphemeral = LabJson.Flag(request, "Ephemeral"),
            Host = LabHost.Read(request),
        };
    }
}
