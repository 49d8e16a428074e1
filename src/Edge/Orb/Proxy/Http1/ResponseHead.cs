using System.Buffers;
using System.Text;

namespace Edge.Orb.Proxy.Http1;

/// <summary>
/// The status line and the header of a response (RFC 9112, sections 4 and 5). Lines may end with LF alone (section 2.2); a line that goes on
/// in the next one (section 5.2), which nobody writes any more, is refused.
/// </summary>
internal static class ResponseHead
{
    /// <summary>Lines of a header, or trailers: two or three times what the oddest servers write. Passing them on is work for each pair of them.</summary>
    public const int MostFields = 256;

    private static readonly SearchValues<byte> s_token = SearchValues.Create(Encoding.ASCII.GetBytes(FieldNames.TokenCharacters));

    /// <summary>RFC 9110, section 5.5: what no value has in it, which is made of visible characters, space, tab, and what is beyond ASCII.</summary>
    private static readonly SearchValues<byte> s_control = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(b => b != '\t').Select(b => (byte)b), 0x7F]);

    /// <summary>
    /// Whether a response may begin like this. A server of another protocol may greet and then wait for a client that understands it: its empty
    /// line would never come.
    /// </summary>
    public static bool CanBegin(ReadOnlySpan<byte> bytes) => bytes.Length < 7 ? "HTTP/1."u8.StartsWith(bytes) : bytes.StartsWith("HTTP/1."u8);

    /// <summary>Looks for the empty line that ends a section.</summary>
    /// <param name="bytes">From the section's first byte.</param>
    /// <param name="seen">How many were looked at in vain before; after that, how many have been now.</param>
    /// <returns>The section's length, its empty line included; -1: it is not whole.</returns>
    public static int FindEnd(ReadOnlySpan<byte> bytes, ref int seen)
    {
        var at = seen;
        while (true)
        {
            var next = bytes[at..].IndexOf((byte)'\n');
            if (next < 0) break;
            at += next;
            var rest = bytes[(at + 1)..];
            if (rest.Length > 0 && rest[0] == '\n') return at + 2;
            if (rest.Length > 1 && rest[0] == '\r' && rest[1] == '\n') return at + 3;
            if (rest.Length < 2)
            {
                // What the line feed is followed by decides, and has not come.
                seen = at;
                return -1;
            }
            at++;
        }
        seen = bytes.Length;
        return -1;
    }

    /// <summary>Reads a head that is whole.</summary>
    /// <param name="head">With its empty line.</param>
    /// <param name="fields">Its fields are added here.</param>
    /// <param name="status">100 to 999.</param>
    /// <param name="minor">Of the version: 0 or 1, as which later ones are read.</param>
    /// <returns>Whether it is a response of HTTP/1.</returns>
    public static bool TryRead(ReadOnlySpan<byte> head, HeaderFields fields, out int status, out int minor)
    {
        (status, minor) = (0, 0);
        var line = Line(ref head);
        // "HTTP/1.1 200 OK"; the phrase may be missing, and some leave out its space too.
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[8] != ' ' || (line.Length > 12 && line[12] != ' ')) return false;
        if (line[7] is < (byte)'0' or > (byte)'9') return false;
        // RFC 9110, section 2.5: a later minor version is read as the latest that is known.
        minor = line[7] == '0' ? 0 : 1;
        foreach (var digit in line[9..12])
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            status = (10 * status) + digit - '0';
        }
        return status >= 100 && TryReadFields(head, fields);
    }

    /// <summary>Reads the fields of a header, or of trailers, up to the empty line, which must be there.</summary>
    /// <returns>Whether they are fields, and no more than <see cref="MostFields"/>.</returns>
    public static bool TryReadFields(ReadOnlySpan<byte> section, HeaderFields fields)
    {
        while (true)
        {
            var line = Line(ref section);
            if (line.IsEmpty) return true;
            if (fields.Count == MostFields) return false;
            var colon = line.IndexOf((byte)':');
            if (colon <= 0) return false;
            // RFC 9112, section 5.1: a proxy takes away what some servers write before the colon.
            var name = line[..colon].TrimEnd(" \t"u8);
            var value = line[(colon + 1)..].Trim(" \t"u8);
            if (name.IsEmpty || name.ContainsAnyExcept(s_token) || value.ContainsAny(s_control)) return false;
            fields.Add(KnownNames.Of(name), Encoding.Latin1.GetString(value));
        }
    }

    private static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }
}
