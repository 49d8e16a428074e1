using System.Text.Json;
using System.Text.Json.Serialization;

namespace Edge.Relay;

/// <summary>What an admission controller is asked.</summary>
/// <param name="NodePublic">The node's key, <c>nodekey:</c> and 64 digits.</param>
/// <param name="Source">The address that it connects from.</param>
internal sealed record AdmissionQuestion(string NodePublic, string Source);

/// <summary>What it answers.</summary>
/// <param name="Allow">Whether the node may use the relay.</param>
internal sealed record AdmissionAnswer(bool Allow)
{
    /// <summary>Reads it as Go does: names of any case, the last of several counts, what is not there is false.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static AdmissionAnswer Read(ReadOnlyMemory<byte> utf8)
    {
        using var json = JsonDocument.Parse(utf8);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("an answer is an object");
        var allow = false;
        foreach (var property in json.RootElement.EnumerateObject())
        {
            if (!property.Name.Equals("Allow", StringComparison.OrdinalIgnoreCase))
                continue;
            allow = property.Value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw new JsonException("Allow is true or false"),
            };
        }
        return new AdmissionAnswer(allow);
    }
}

[JsonSerializable(typeof(AdmissionQuestion))]
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Serialization)]
internal sealed partial class AdmissionJson : JsonSerializerContext;
