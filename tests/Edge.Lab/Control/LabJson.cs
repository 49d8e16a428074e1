using System.Globalization;
using System.Text.Json.Nodes;
using Edge.Foundation.Netmap;

namespace Edge.Lab.Control;

/// <summary>Reads the fields of requests, absent ones as Go's zero values, and writes what several messages have in common.</summary>
internal static class LabJson
{
    public static string Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    public static int Number(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out int number) ? number : 0;

    public static bool Flag(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public static ValueList<string> Texts(JsonObject json, string name) =>
        json[name] is JsonArray array ? ValueLists.Own(array.Select(item => item?.GetValue<string>() ?? "").ToArray()) : default;

    public static JsonArray Array(IEnumerable<string> texts) => new(texts.Select(text => (JsonNode?)JsonValue.Create(text)).ToArray());

    /// <summary>RFC 3339; null is what Go writes for no time.</summary>
    public static string Time(DateTimeOffset? time) =>
        time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) : "0001-01-01T00:00:00Z";
}
