using System.Text;

namespace Edge.Protocols.Control.Json;

/// <summary>
/// Strings that come again and again in a netmap: operating systems, versions, tags, capabilities. A hundred thousand peers share one each.
/// A fixed number of places: a string that loses its place is made anew.
/// </summary>
internal sealed class StringPool
{
    private const int Places = 4096;
    private const int MostBytes = 80;

    private readonly string?[] _strings = new string?[Places];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        if (utf8.Length > MostBytes) return Encoding.UTF8.GetString(utf8);
        var hash = 17u;
        foreach (var b in utf8)
            hash = (hash ^ b) * 16_777_619;
        ref var place = ref _strings[(hash ^ (hash >> 15)) % Places];
        if (place is { } known && known.Length == utf8.Length && Ascii.Equals(utf8, known)) return known;
        return place = Encoding.UTF8.GetString(utf8);
    }
}
