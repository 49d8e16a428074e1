using System.Text;

namespace Edge.Config.Evaluation;

/// <summary><c>file:</c> URIs in the form that Pkl shows: <c>file:///a%20b.pkl</c>.</summary>
internal static class FileUri
{
    public static string Of(string path)
    {
        var uri = new StringBuilder("file://");
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in path.EnumerateRunes())
        {
            if (!NeedsEscape(rune))
            {
                uri.Append(rune.ToString());
                continue;
            }
            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)]) uri.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        return uri.ToString();
    }

    /// <summary>The path that a <c>file:</c> URI names; null where it has a host, is malformed, or holds a NUL, which no path can.</summary>
    public static string? PathOf(string uri)
    {
        if (!uri.StartsWith("file:", StringComparison.Ordinal)) return null;
        var rest = uri["file:".Length..];
        if (rest.StartsWith("//", StringComparison.Ordinal)) rest = rest[2..];
        return rest.StartsWith('/') ? WithoutNul(Uri.UnescapeDataString(rest)) : null;
    }

    /// <summary>What a URI reference says against the file that it stands in; null where it holds a NUL.</summary>
    public static string? Resolve(string basePath, string reference) => WithoutNul(Uri.UnescapeDataString(reference)) is { } path
        ? Path.GetFullPath(path.StartsWith('/') ? path : Path.Combine(Path.GetDirectoryName(basePath)!, path))
        : null;

    private static string? WithoutNul(string path) => path.Contains('\0') ? null : path;

    private static bool NeedsEscape(Rune rune) =>
        rune.Value is <= ' ' or '"' or '#' or '%' or '<' or '>' or '?' or '[' or '\\' or ']' or '^' or '`' or '{' or '|' or '}' or 0x7F;
}
