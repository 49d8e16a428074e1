using System.Text.Json;

namespace Edge.Cli;

/// <summary>Text that others wrote, for a terminal.</summary>
internal static class Printable
{
    /// <summary>Without characters that a terminal obeys: names of hosts and people are what a peer or a server says they are.</summary>
    public static string Of(string text) => text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && text.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0
        ? text
        : string.Concat(text.Select(static one => char.IsControl(one) ? '?' : one));

    /// <summary>The same of an object's text; empty: it does not have it.</summary>
    public static string Of(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Of(value.GetString() ?? "") : "";
}
