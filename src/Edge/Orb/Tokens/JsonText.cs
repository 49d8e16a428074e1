using System.Text.Json;

namespace Edge.Orb.Tokens;

/// <summary>JSON from outside: of little depth, and with each name once (RFC 7515, section 4, and RFC 7519, section 4).</summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <returns>Null: it is no JSON object, or one that two readers could understand in two ways.</returns>
    public static JsonDocument? ReadObject(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var document = JsonDocument.Parse(utf8, s_strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException)
        {
        }
        return null;
    }

    /// <returns>Null: it is not there, or is no text.</returns>
    public static string? TextOf(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Escapes of half a character, or bytes that are no UTF-8.
            return null;
        }
    }
}
