using System.Globalization;
using System.Text;

namespace Edge.Config.Library;

/// <summary>Upper and lower case with Unicode's full mappings, as Java maps with the root locale; .NET's map one character to one.</summary>
internal static class LetterCase
{
    // Unicode's SpecialCasing.txt: letters whose upper case is more than one character, each followed by it.
    private const string Special =
        "\u00DFSS,\u0149\u02BCN,\u01F0J\u030C,\u0390\u0399\u0308\u0301,\u03B0\u03A5\u0308\u0301,\u0587\u0535\u0552,"
        + "\u1E96H\u0331,\u1E97T\u0308,\u1E98W\u030A,\u1E99Y\u030A,\u1E9AA\u02BE,\u1F50\u03A5\u0313,"
        + "\u1F52\u03A5\u0313\u0300,\u1F54\u03A5\u0313\u0301,\u1F56\u03A5\u0313\u0342,\u1F80\u1F08\u0399,"
        + "\u1F81\u1F09\u0399,\u1F82\u1F0A\u0399,\u1F83\u1F0B\u0399,\u1F84\u1F0C\u0399,\u1F85\u1F0D\u0399,"
        + "\u1F86\u1F0E\u0399,\u1F87\u1F0F\u0399,\u1F88\u1F08\u0399,\u1F89\u1F09\u0399,\u1F8A\u1F0A\u0399,"
        + "\u1F8B\u1F0B\u0399,\u1F8C\u1F0C\u0399,\u1F8D\u1F0D\u0399,\u1F8E\u1F0E\u0399,\u1F8F\u1F0F\u0399,"
        + "\u1F90\u1F28\u0399,\u1F91\u1F29\u0399,\u1F92\u1F2A\u0399,\u1F93\u1F2B\u0399,\u1F94\u1F2C\u0399,"
        + "\u1F95\u1F2D\u0399,\u1F96\u1F2E\u0399,\u1F97\u1F2F\u0399,\u1F98\u1F28\u0399,\u1F99\u1F29\u0399,"
        + "\u1F9A\u1F2A\u0399,\u1F9B\u1F2B\u0399,\u1F9C\u1F2C\u0399,\u1F9D\u1F2D\u0399,\u1F9E\u1F2E\u0399,"
        + "\u1F9F\u1F2F\u0399,\u1FA0\u1F68\u0399,\u1FA1\u1F69\u0399,\u1FA2\u1F6A\u0399,\u1FA3\u1F6B\u0399,"
        + "\u1FA4\u1F6C\u0399,\u1FA5\u1F6D\u0399,\u1FA6\u1F6E\u0399,\u1FA7\u1F6F\u0399,\u1FA8\u1F68\u0399,"
        + "\u1FA9\u1F69\u0399,\u1FAA\u1F6A\u0399,\u1FAB\u1F6B\u0399,\u1FAC\u1F6C\u0399,\u1FAD\u1F6D\u0399,"
        + "\u1FAE\u1F6E\u0399,\u1FAF\u1F6F\u0399,\u1FB2\u1FBA\u0399,\u1FB3\u0391\u0399,\u1FB4\u0386\u0399,"
        + "\u1FB6\u0391\u0342,\u1FB7\u0391\u0342\u0399,\u1FBC\u0391\u0399,\u1FC2\u1FCA\u0399,\u1FC3\u0397\u0399,"
        + "\u1FC4\u0389\u0399,\u1FC6\u0397\u0342,\u1FC7\u0397\u0342\u0399,\u1FCC\u0397\u0399,\u1FD2\u0399\u0308\u0300,"
        + "\u1FD3\u0399\u0308\u0301,\u1FD6\u0399\u0342,\u1FD7\u0399\u0308\u0342,\u1FE2\u03A5\u0308\u0300,"
        + "\u1FE3\u03A5\u0308\u0301,\u1FE4\u03A1\u0313,\u1FE6\u03A5\u0342,\u1FE7\u03A5\u0308\u0342,\u1FF2\u1FFA\u0399,"
        + "\u1FF3\u03A9\u0399,\u1FF4\u038F\u0399,\u1FF6\u03A9\u0342,\u1FF7\u03A9\u0342\u0399,\u1FFC\u03A9\u0399,\uFB00FF,"
        + "\uFB01FI,\uFB02FL,\uFB03FFI,\uFB04FFL,\uFB05ST,\uFB06ST,\uFB13\u0544\u0546,\uFB14\u0544\u0535,"
        + "\uFB15\u0544\u053B,\uFB16\u054E\u0546,\uFB17\u0544\u053D";

    public static string ToUpper(string text)
    {
        var result = text.ToUpperInvariant();
        if (Ascii.IsValid(text)) return result;
        var special = new StringBuilder();
        foreach (var c in result)
        {
            var at = c < 0xDF ? -1 : IndexOfSpecial(c);
            if (at < 0) special.Append(c);
            else special.Append(Special, at, EndOfSpecial(at) - at);
        }
        return special.ToString();
    }

    public static string ToLower(string text)
    {
        var result = text.ToLowerInvariant();
        if (Ascii.IsValid(text)) return result;
        var special = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\u0130') special.Append("i\u0307");
            else if (text[i] == '\u03A3') special.Append(IsFinal(text, i) ? '\u03C2' : '\u03C3');
            else special.Append(result[i]);
        }
        return special.ToString();
    }

    /// <summary>The first code point in title case, the rest as it is.</summary>
    public static string Capitalize(string text)
    {
        if (text.Length == 0) return "";
        if (!Rune.TryGetRuneAt(text, 0, out var first)) return text;
        return TitleOf(first).ToString() + text[first.Utf16SequenceLength..];
    }

    public static string Decapitalize(string text)
    {
        if (text.Length == 0) return "";
        if (!Rune.TryGetRuneAt(text, 0, out var first)) return text;
        return ToLower(first.ToString()) + text[first.Utf16SequenceLength..];
    }

    private static Rune TitleOf(Rune rune) => rune.Value switch
    {
        // The digraphs with a title case of their own, and Georgian, which has none.
        >= 0x1C4 and <= 0x1C6 => new Rune(0x1C5),
        >= 0x1C7 and <= 0x1C9 => new Rune(0x1C8),
        >= 0x1CA and <= 0x1CC => new Rune(0x1CB),
        >= 0x1F1 and <= 0x1F3 => new Rune(0x1F2),
        >= 0x10D0 and <= 0x10FF => rune,
        _ => Rune.ToUpperInvariant(rune),
    };

    private static int IndexOfSpecial(char c)
    {
        for (var at = 0; at < Special.Length; at = EndOfSpecial(at) + 1)
            if (Special[at] == c)
                return at + 1;
        return -1;
    }

    private static int EndOfSpecial(int at)
    {
        var end = Special.IndexOf(',', at);
        return end < 0 ? Special.Length : end;
    }

    // A capital sigma at the end of a word: a letter before it and none behind it, marks not counted.
    private static bool IsFinal(string text, int at)
    {
        var before = at - 1;
        while (before >= 0 && IsCaseIgnorable(text[before])) before--;
        if (before < 0 || !IsCased(text[before])) return false;
        var after = at + 1;
        while (after < text.Length && IsCaseIgnorable(text[after])) after++;
        return after == text.Length || !IsCased(text[after]);
    }

    private static bool IsCased(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsCaseIgnorable(char c) =>
        c is '\'' or '.' or ':' or '\u00B7' or '\u2019'
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
