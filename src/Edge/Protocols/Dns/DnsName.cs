using System.Text;

namespace Edge.Protocols.Dns;

/// <summary>
/// Names in their two forms. On the wire: labels, each behind its length, the last of them empty (RFC 1035 section 3.1). As text: labels in lower case, a dot
/// behind each, one character a byte, so that any bytes have one; `.` is the root. Text is what names are looked up by.
/// </summary>
internal static class DnsName
{
    /// <summary>Bytes, lengths and the root's included (RFC 1035 section 3.1).</summary>
    public const int MaxWire = 255;

    /// <summary>Characters.</summary>
    public const int MaxText = 254;

    private const int MaxLabel = 63;

    /// <summary>The text of a name from a netmap or a configuration: a leading dot is taken off, a final one is added. Null: it is no name.</summary>
    public static string? Normalize(string name)
    {
        if (name is "" or ".")
            return ".";
        var text = Latin(name.AsSpan(name[0] == '.' ? 1 : 0)).ToLowerInvariantAscii();
        if (text.Length == 0 || text[^1] != '.')
            text += ".";
        if (text.Length > MaxText)
            return null;
        var length = 0;
        foreach (var character in text)
        {
            if (character != '.')
            {
                length++;
                continue;
            }
            if (length is 0 or > MaxLabel)
                return null;
            length = 0;
        }
        return text;
    }

    /// <param name="wire">As <see cref="DnsReader"/> makes it.</param>
    /// <param name="text">At least <see cref="MaxText"/> characters.</param>
    /// <returns>Characters written.</returns>
    public static int ToText(ReadOnlySpan<byte> wire, Span<char> text)
    {
        if (wire.Length <= 1)
        {
            text[0] = '.';
            return 1;
        }
        var at = 0;
        for (var label = 0; wire[label] != 0; label += wire[label] + 1)
        {
            foreach (var value in wire.Slice(label + 1, wire[label]))
                text[at++] = (char)ToLower(value);
            text[at++] = '.';
        }
        return at;
    }

    /// <param name="text">As <see cref="Normalize"/> makes it.</param>
    /// <param name="wire">At least <see cref="MaxWire"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int ToWire(ReadOnlySpan<char> text, Span<byte> wire)
    {
        var at = 0;
        if (text is not ".")
        {
            while (text.IndexOf('.') is var length and > 0)
            {
                wire[at++] = (byte)length;
                foreach (var character in text[..length])
                    wire[at++] = (byte)character;
                text = text[(length + 1)..];
            }
        }
        wire[at++] = 0;
        return at;
    }

    /// <summary>The name without its first label; empty when there is none (of the root and what stands directly below it).</summary>
    public static ReadOnlySpan<char> ParentOf(ReadOnlySpan<char> text) => text[(text.IndexOf('.') + 1)..];

    /// <summary>Whether the name lies below the other, which is not itself: `a.b.` below `b.`.</summary>
    public static bool IsBelow(ReadOnlySpan<char> text, ReadOnlySpan<char> suffix) =>
        text.Length > suffix.Length && text[text.Length - suffix.Length - 1] == '.' && text.EndsWith(suffix, StringComparison.Ordinal);

    /// <summary>Whether two names on the wire differ at most in case (RFC 4343).</summary>
    public static bool AreSame(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length)
            return false;
        for (var i = 0; i < a.Length; i++)
        {
            // Lengths of labels are below any letter.
            if (ToLower(a[i]) != ToLower(b[i]))
                return false;
        }
        return true;
    }

    public static byte ToLower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value + ('a' - 'A')) : value;

    private static string ToLowerInvariantAscii(this string text) => string.Create(text.Length, text, static (lower, text) =>
    {
        for (var i = 0; i < lower.Length; i++)
            lower[i] = text[i] < 0x80 ? (char)ToLower((byte)text[i]) : text[i];
    });

    private static string Latin(ReadOnlySpan<char> name)
    {
        if (Ascii.IsValid(name))
            return name.ToString();
        Span<byte> bytes = new byte[Encoding.UTF8.GetByteCount(name)];
        Encoding.UTF8.GetBytes(name, bytes);
        return Encoding.Latin1.GetString(bytes);
    }
}
