using System.Text;

namespace Edge.Config.Syntax;

/// <summary>Source text as it may stand in a message: a file must not be able to steer the terminal of whoever reads about it.</summary>
internal static class Printable
{
    /// <summary>The most bytes of source that a message repeats.</summary>
    public const int MaxBytes = 1000;

    /// <summary>Line ends and tabs stay; other control characters become their pictures, or U+FFFD, one for one.</summary>
    public static char Of(char c) => c switch
    {
        '\n' or '\r' or '\t' => c,
        < ' ' => (char)('\u2400' + c),
        >= '\u007F' and <= '\u009F' => '\uFFFD',
        _ => c,
    };

    public static string Quote(ReadOnlySpan<byte> utf8)
    {
        var length = Math.Min(utf8.Length, MaxBytes);
        while (length < utf8.Length && (utf8[length] & 0xC0) == 0x80)
            length--;
        var quote = new StringBuilder(Utf8.Decode(utf8.Slice(0, length)));
        for (var i = 0; i < quote.Length; i++)
            quote[i] = Of(quote[i]);
        return length < utf8.Length ? quote.Append('…').ToString() : quote.ToString();
    }
}
