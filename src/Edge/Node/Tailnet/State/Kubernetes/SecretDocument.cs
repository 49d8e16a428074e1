using System.Buffers;
using System.Text.Json;

namespace Edge.Node.Tailnet.State.Kubernetes;

/// <summary>A Secret as the API server gave it (core/v1): its data, and all else as it is.</summary>
internal sealed class SecretDocument : IDisposable
{
    private readonly JsonDocument _json;

    private SecretDocument(JsonDocument json) => _json = json;

    /// <summary>Names this state of it.</summary>
    public string Version => Metadata("resourceVersion");

    /// <summary>Whether it has any data: only then a piece can be patched into it.</summary>
    public bool HasData => Data is { } data && data.EnumerateObject().Any();

    private JsonElement? Data => _json.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? data : null;

    /// <summary>Null: it is no Secret.</summary>
    public static SecretDocument? TryParse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
                return new(json);
            json.Dispose();
        }
        catch (JsonException)
        {
            // An answer that is none.
        }
        return null;
    }

    /// <summary>A piece of its data; null: it has none of that name, or none that is base64.</summary>
    public byte[]? Find(string name) =>
        Data is { } data && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? bytes : null;

    public bool Has(string name) => Data is { } data && data.TryGetProperty(name, out _);

    /// <summary>Bytes of all pieces but the named ones, decoded.</summary>
    public long SizeWithout(IReadOnlyList<SecretChange> changes)
    {
        var size = 0L;
        if (Data is not { } data) return 0;
        foreach (var piece in data.EnumerateObject())
        {
            if (!changes.Any(change => change.Name == piece.Name) && piece.Value.ValueKind == JsonValueKind.String)
                size += piece.Value.GetString()!.Length / 4 * 3;
        }
        return size;
    }

    /// <summary>The whole with changed data, to be put in its place; its version makes sure that it is this state that is replaced.</summary>
    public ReadOnlyMemory<byte> With(IReadOnlyList<SecretChange> changes)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            foreach (var field in _json.RootElement.EnumerateObject())
            {
                if (field.Name != "data")
                    field.WriteTo(json);
            }
            json.WriteStartObject("data"u8);
            foreach (var piece in Data is { } data ? data.EnumerateObject() : default)
            {
                if (!changes.Any(change => change.Name == piece.Name))
                    piece.WriteTo(json);
            }
            foreach (var change in changes)
            {
                if (change.Content is { } content)
                    json.WriteBase64String(change.Name, content);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return output.WrittenMemory;
    }

    public void Dispose() => _json.Dispose();

    private string Metadata(string name) =>
        _json.RootElement.GetProperty("metadata").TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
