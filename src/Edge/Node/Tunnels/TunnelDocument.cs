using System.Text.Json;

namespace Edge.Node.Tunnels;

/// <summary>Reads the JSON that one <c>edge tun</c> leaves for another.</summary>
internal static class TunnelDocument
{
    /// <param name="utf8">The document.</param>
    /// <param name="read">Reads what it expects, and throws where that is not there.</param>
    /// <exception cref="JsonException">It is not one of these.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> utf8, Func<JsonElement, T> read)
    {
        using var json = JsonDocument.Parse(utf8);
        try
        {
            return read(json.RootElement);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <summary>A text that must be there.</summary>
    public static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");
}
