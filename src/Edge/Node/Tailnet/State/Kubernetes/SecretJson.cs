using System.Buffers;
using System.Text.Json;

namespace Edge.Node.Tailnet.State.Kubernetes;

/// <summary>What is sent to the API server.</summary>
internal static class SecretJson
{
    /// <summary>A Secret that is to be made.</summary>
    public static ReadOnlyMemory<byte> New(string name, IReadOnlyList<SecretChange> changes)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, "v1"u8);
            json.WriteString("kind"u8, "Secret"u8);
            json.WriteStartObject("metadata"u8);
            json.WriteString("name"u8, name);
            json.WriteEndObject();
            json.WriteStartObject("data"u8);
            WriteData(json, changes);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return output.WrittenMemory;
    }

    /// <summary>
    /// A JSON patch (RFC 6902) for the pieces alone, so that what others write into the Secret stays. Where there is no data yet all of it is added,
    /// and the version in the patch makes sure that there still is none.
    /// </summary>
    public static ReadOnlyMemory<byte> Patch(SecretDocument secret, IReadOnlyList<SecretChange> changes)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartArray();
            if (secret.HasData)
            {
                foreach (var change in changes)
                {
                    if (change.Content is { } content)
                        WriteOperation(json, "add"u8, $"/data/{change.Name}", content);
                    else if (secret.Has(change.Name))
                        WriteOperation(json, "remove"u8, $"/data/{change.Name}", null);
                }
            }
            else
            {
                json.WriteStartObject();
                json.WriteString("op"u8, "add"u8);
                json.WriteString("path"u8, "/metadata/resourceVersion"u8);
                json.WriteString("value"u8, secret.Version);
                json.WriteEndObject();
                json.WriteStartObject();
                json.WriteString("op"u8, "add"u8);
                json.WriteString("path"u8, "/data"u8);
                json.WriteStartObject("value"u8);
                WriteData(json, changes);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return output.WrittenMemory;
    }

    /// <summary>The text of a refusal (meta/v1 Status); empty: there is none.</summary>
    public static string Words(ReadOnlyMemory<byte>? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? default);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                && message.GetString() is { Length: > 0 } text)
                return $": {(text.Length > 300 ? text[..300] : text)}";
        }
        catch (JsonException)
        {
            // A gateway's page, or nothing.
        }
        return "";
    }

    private static void WriteData(Utf8JsonWriter json, IReadOnlyList<SecretChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Content is { } content)
                json.WriteBase64String(change.Name, content);
        }
    }

    private static void WriteOperation(Utf8JsonWriter json, ReadOnlySpan<byte> operation, string path, byte[]? content)
    {
        json.WriteStartObject();
        json.WriteString("op"u8, operation);
        json.WriteString("path"u8, path);
        if (content is not null)
            json.WriteBase64String("value"u8, content);
        json.WriteEndObject();
    }
}
