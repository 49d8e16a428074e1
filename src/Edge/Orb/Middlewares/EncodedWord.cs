using System.Text;

namespace Edge.Orb.Middlewares;

/// <summary>Text in a header field that is not all ASCII: RFC 2047's encoded words, in the form <c>Q</c>, as Tailscale Serve writes names.</summary>
internal static class EncodedWord
{
    // Section 2: an encoded word has at most 75 characters, `=?utf-8?q?` and `?=` among them.
    private const int MostContent = 75 - 10 - 2;

    private const string Begin = "=?utf-8?q?";
    private const string End = "?=";

    /// <summary>The text itself where it can be sent; else one or more encoded words.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        var words = new StringBuilder(Begin);
        var length = 0;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var isLiteral = rune.Value is > ' ' and <= '~' and not ('=' or '?' or '_');
            var size = rune.EncodeToUtf8(bytes);
            var needed = isLiteral || rune.Value == ' ' ? 1 : 3 * size;
            // Section 5: a character is not cut in two.
            if (length + needed > MostContent)
            {
                words.Append(End).Append(' ').Append(Begin);
                length = 0;
            }
            if (isLiteral)
                words.Append((char)rune.Value);
            else if (rune.Value == ' ')
                words.Append('_');
            else
                foreach (var one in bytes[..size])
                    words.Append('=').Append(Convert.ToHexString([one]));
            length += needed;
        }
        return words.Append(End).ToString();
    }
}
