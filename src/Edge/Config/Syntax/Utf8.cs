using System.Text;

namespace Edge.Config.Syntax;

/// <summary>UTF-8 for both of the front end's homes: the generator's netstandard2.0 lacks the span overloads.</summary>
internal static class Utf8
{
    public static unsafe string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return "";
        fixed (byte* start = bytes)
            return Encoding.UTF8.GetString(start, bytes.Length);
    }

    /// <summary>Length in bytes of the character whose first byte is given, in valid UTF-8.</summary>
    public static int LengthOf(byte first) => first switch
    {
        < 0xC0 => 1,
        < 0xE0 => 2,
        < 0xF0 => 3,
        _ => 4,
    };

    /// <summary>How many UTF-16 units the text takes: the columns in which Pkl counts.</summary>
    public static int Utf16Length(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        foreach (var b in bytes)
            if ((b & 0xC0) != 0x80)
                length += b >= 0xF0 ? 2 : 1;
        return length;
    }

    /// <summary>The code point at an offset of valid UTF-8.</summary>
    public static int CodePointAt(ReadOnlySpan<byte> text, int offset)
    {
        var first = text[offset];
        return LengthOf(first) switch
        {
            1 => first,
            2 => ((first & 0x1F) << 6) | (text[offset + 1] & 0x3F),
            3 => ((first & 0x0F) << 12) | ((text[offset + 1] & 0x3F) << 6) | (text[offset + 2] & 0x3F),
            _ => ((first & 0x07) << 18) | ((text[offset + 1] & 0x3F) << 12) | ((text[offset + 2] & 0x3F) << 6) | (text[offset + 3] & 0x3F),
        };
    }

    /// <summary>Offset of the first byte that does not begin or continue a character (RFC 3629, section 4), or -1.</summary>
    public static int IndexOfInvalid(ReadOnlySpan<byte> text)
    {
#if NET
        if (System.Text.Unicode.Utf8.IsValid(text))
            return -1;
#endif
        var i = 0;
        while (i < text.Length)
        {
            var length = ValidLengthAt(text, i);
            if (length == 0)
                return i;
            i += length;
        }
        return -1;
    }

    private static int ValidLengthAt(ReadOnlySpan<byte> text, int offset)
    {
        var first = text[offset];
        if (first < 0x80)
            return 1;
        var length = first switch { >= 0xC2 and < 0xE0 => 2, >= 0xE0 and < 0xF0 => 3, >= 0xF0 and < 0xF5 => 4, _ => 0 };
        if (length == 0 || offset + length > text.Length)
            return 0;
        // The second byte's bounds exclude overlong forms, surrogates and what lies beyond U+10FFFF.
        var low = first switch { 0xE0 => 0xA0, 0xF0 => 0x90, _ => 0x80 };
        var high = first switch { 0xED => 0x9F, 0xF4 => 0x8F, _ => 0xBF };
        if (text[offset + 1] < low || text[offset + 1] > high)
            return 0;
        for (var i = 2; i < length; i++)
            if ((text[offset + i] & 0xC0) != 0x80)
                return 0;
        return length;
    }
}
