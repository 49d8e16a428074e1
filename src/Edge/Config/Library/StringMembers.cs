using System.Text;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary>
/// <c>String</c>, but for what takes patterns (<see cref="StringPatternMembers"/>). Lengths and indices count code points, except where a
/// comment says otherwise.
/// </summary>
internal static class StringMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "length" => static (_, self, _) => Of(CodePoints(Text(self))),
        "lastIndex" => static (_, self, _) => Of(CodePoints(Text(self)) - 1),
        "isEmpty" => static (_, self, _) => Of(Text(self).Length == 0),
        "isBlank" => static (_, self, _) => Of(string.IsNullOrWhiteSpace(Text(self))),
        "isRegex" => static (_, self, _) => Of(IsRegex(Text(self))),
        "isBase64" => static (_, self, _) => Of(Base64.Decode(Text(self), out _) is not null),
        "md5" => static (_, self, _) => Of(BytesMembers.Md5(Utf8(self))),
        "sha1" => static (_, self, _) => Of(BytesMembers.Sha1(Utf8(self))),
        "sha256" => static (_, self, _) => Of(BytesMembers.Sha256(Utf8(self))),
        "sha256Int" => static (_, self, _) => Of(BytesMembers.Sha256Int(Utf8(self))),
        "base64" => static (_, self, _) => Of(Convert.ToBase64String(Utf8(self))),
        "base64Decoded" => static (evaluator, self, _) => Of(Encoding.UTF8.GetString(FromBase64(evaluator, self))),
        "base64DecodedBytes" => static (evaluator, self, _) => new BytesValue(FromBase64(evaluator, self)),
        "encodeToBytes" => static (_, self, arguments) => new BytesValue(Encode(Text(self), Text(arguments[0]))),
        "chars" => static (_, self, _) => Of([.. Runes(Text(self)).Select(rune => Of(rune))]),
        "codePoints" => static (_, self, _) => Of([.. Runes(Text(self)).Select(rune => Of(char.ConvertToUtf32(rune, 0)))]),
        "getOrNull" => GetOrNull,
        "substring" => static (evaluator, self, arguments) => Of(Text(self)[Range(evaluator, self, Int(arguments[0]), Int(arguments[1]))]),
        "substringOrNull" => static (_, self, arguments) =>
            TryRange(Text(self), Int(arguments[0]), Int(arguments[1]), out var _) is { } range ? Of(Text(self)[range]) : NullValue.Instance,
        "replaceRange" => ReplaceRange,
        "repeat" => Repeat,
        "take" => static (evaluator, self, arguments) => Of(Text(self)[..OffsetOf(evaluator, self, arguments[0])]),
        "takeLast" => static (evaluator, self, arguments) => Of(Text(self)[OffsetFromEnd(evaluator, self, arguments[0])..]),
        "takeWhile" => static (evaluator, self, arguments) => Of(Text(self)[..EndOfPrefix(evaluator, Text(self), Function(arguments[0]))]),
        "takeLastWhile" => static (evaluator, self, arguments) => Of(Text(self)[StartOfSuffix(evaluator, Text(self), Function(arguments[0]))..]),
        "drop" => static (evaluator, self, arguments) => Of(Text(self)[OffsetOf(evaluator, self, arguments[0])..]),
        "dropLast" => static (evaluator, self, arguments) => Of(Text(self)[..OffsetFromEnd(evaluator, self, arguments[0])]),
        "dropWhile" => static (evaluator, self, arguments) => Of(Text(self)[EndOfPrefix(evaluator, Text(self), Function(arguments[0]))..]),
        "dropLastWhile" => static (evaluator, self, arguments) => Of(Text(self)[..StartOfSuffix(evaluator, Text(self), Function(arguments[0]))]),
        "toUpperCase" => static (_, self, _) => Of(LetterCase.ToUpper(Text(self))),
        "toLowerCase" => static (_, self, _) => Of(LetterCase.ToLower(Text(self))),
        "capitalize" => static (_, self, _) => Of(LetterCase.Capitalize(Text(self))),
        "decapitalize" => static (_, self, _) => Of(LetterCase.Decapitalize(Text(self))),
        "reverse" => static (_, self, _) => Of(string.Concat(Runes(Text(self)).Reverse())),
        "trim" => static (_, self, _) => Of(Strip(Text(self))),
        "trimStart" => static (_, self, _) => Of(Text(self).TrimStart()),
        "trimEnd" => static (_, self, _) => Of(Text(self).TrimEnd()),
        "padStart" => static (evaluator, self, arguments) => Of(Padding(evaluator, self, arguments) + Text(self)),
        "padEnd" => static (evaluator, self, arguments) => Of(Text(self) + Padding(evaluator, self, arguments)),
        "toInt" => static (evaluator, self, _) => ToIntOrNull(self) ?? throw CannotParse(evaluator, self, "Int"),
        "toIntOrNull" => static (_, self, _) => OrNull(ToIntOrNull(self)),
        "toFloat" => static (evaluator, self, _) => ToFloatOrNull(self) ?? throw CannotParse(evaluator, self, "Float"),
        "toFloatOrNull" => static (_, self, _) => OrNull(ToFloatOrNull(self)),
        "toBoolean" => static (evaluator, self, _) => ToBooleanOrNull(self) ?? throw CannotParse(evaluator, self, "Boolean"),
        "toBooleanOrNull" => static (_, self, _) => OrNull(ToBooleanOrNull(self)),
        _ => null,
    };

    /// <summary>The number of code points; a lone surrogate is one.</summary>
    public static long CodePoints(ReadOnlySpan<char> text)
    {
        long count = text.Length;
        for (var i = 1; i < text.Length; i++)
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
                count--;
        return count;
    }

    private static byte[] Utf8(Value text) => Encoding.UTF8.GetBytes(Text(text));

    // One string for each code point. EnumerateRunes would replace lone surrogates.
    private static IEnumerable<string> Runes(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i)) yield return text.Substring(i++, 2);
            else yield return text[i].ToString();
        }
    }

    private static bool IsRegex(string text)
    {
        try
        {
            _ = new JavaRegex(text);
            return true;
        }
        catch (RegexSyntaxException)
        {
            return false;
        }
    }

    private static byte[] FromBase64(Evaluator evaluator, Value self) =>
        Base64.Decode(Text(self), out var error) ?? throw evaluator.Fail(error!, ("String", self));

    private static byte[] Encode(string text, string charset) => charset switch
    {
        "UTF-8" => Encoding.UTF8.GetBytes(text),
        // Java writes a byte order mark, and the higher byte first.
        "UTF-16" => text.Length == 0 ? [] : [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text)],
        _ => [.. text.EnumerateRunes().Select(rune => rune.Value <= 0xFF ? (byte)rune.Value : (byte)'?')],
    };

    // The offset in UTF-16 of a code point's index, counted from an offset; -1 beyond the end.
    private static int Offset(string text, long codePoints, int start = 0)
    {
        if (codePoints < 0) return -1;
        var offset = start;
        for (; codePoints > 0; codePoints--)
        {
            if (offset >= text.Length) return -1;
            offset += char.IsSurrogatePair(text, offset) ? 2 : 1;
        }
        return offset;
    }

    private static Value GetOrNull(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var text = Text(self);
        var offset = Offset(text, Int(arguments[0]));
        if (offset < 0 || offset == text.Length) return NullValue.Instance;
        return Of(text.Substring(offset, char.IsSurrogatePair(text, offset) ? 2 : 1));
    }

    private static Range? TryRange(string text, long start, long end, out string? error)
    {
        error = null;
        var from = Offset(text, start);
        if (from < 0)
        {
            error = $"Character index `{Grouped(start)}` is out of range `0`..`{Grouped(CodePoints(text))}`.";
            return null;
        }
        var to = Offset(text, end - start, from);
        if (to >= from) return from..to;
        error = $"Character index `{Grouped(end)}` is out of range `{Grouped(start)}`..`{Grouped(CodePoints(text))}`.";
        return null;
    }

    private static Range Range(Evaluator evaluator, Value self, long start, long end) =>
        TryRange(Text(self), start, end, out var error) ?? throw evaluator.Fail(error!, ("String", self));

    private static Value ReplaceRange(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var text = Text(self);
        var range = Range(evaluator, self, Int(arguments[0]), Int(arguments[1]));
        return Of(string.Concat(text.AsSpan(0, range.Start.Value), Text(arguments[2]), text.AsSpan(range.End.Value)));
    }

    private static Value Repeat(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var text = Text(self);
        var length = (Int128)text.Length * Int(arguments[0]);
        if (length > long.MaxValue) throw evaluator.Fail("Integer overflow.");
        evaluator.Account(Count(evaluator, (long)length));
        return text.Length == 0 ? StringValue.Empty : Of(new StringBuilder().Insert(0, text, (int)Int(arguments[0])).ToString());
    }

    private static int OffsetOf(Evaluator evaluator, Value self, Value count)
    {
        var offset = Offset(Text(self), NotNegative(evaluator, count));
        return offset < 0 ? Text(self).Length : offset;
    }

    private static int OffsetFromEnd(Evaluator evaluator, Value self, Value count)
    {
        var text = Text(self);
        var offset = text.Length;
        for (var rest = NotNegative(evaluator, count); rest > 0 && offset > 0; rest--)
            offset -= offset > 1 && char.IsSurrogatePair(text, offset - 2) ? 2 : 1;
        return offset;
    }

    private static long NotNegative(Evaluator evaluator, Value count) =>
        Int(count) >= 0 ? Int(count) : throw evaluator.Fail($"Expected a positive number, but got `{Grouped(Int(count))}`.");

    private static int EndOfPrefix(Evaluator evaluator, string text, FunctionValue predicate)
    {
        var end = 0;
        foreach (var rune in Runes(text))
        {
            if (!evaluator.Test(predicate, Of(rune))) break;
            end += rune.Length;
        }
        return end;
    }

    private static int StartOfSuffix(Evaluator evaluator, string text, FunctionValue predicate)
    {
        var start = text.Length;
        foreach (var rune in Runes(text).Reverse())
        {
            if (!evaluator.Test(predicate, Of(rune))) break;
            start -= rune.Length;
        }
        return start;
    }

    // Java's notion of white space: no no-break spaces, but the four information separators.
    private static string Strip(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsJavaWhiteSpace(text[start])) start++;
        while (end > start && IsJavaWhiteSpace(text[end - 1])) end--;
        return text[start..end];
    }

    private static bool IsJavaWhiteSpace(char c) =>
        c is >= '\u001C' and <= '\u001F' || (char.IsWhiteSpace(c) && c is not ('\u0085' or '\u00A0' or '\u2007' or '\u202F'));

    // The width counts UTF-16 units, and of a pair only the first half would be used: so does the reference.
    private static string Padding(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var missing = Int(arguments[0]) - Text(self).Length;
        if (missing <= 0) return "";
        evaluator.Account(Count(evaluator, Int(arguments[0])));
        return new string(Text(arguments[1])[0], (int)missing);
    }

    private static EvaluationException CannotParse(Evaluator evaluator, Value self, string type) =>
        evaluator.Fail($"Cannot parse string as `{type}`.", ("String", self));

    private static IntValue? ToIntOrNull(Value self) =>
        NumberText.ParseLong(WithoutUnderscores(Text(self))) is { } number ? IntValue.Of(number) : null;

    private static FloatValue? ToFloatOrNull(Value self) =>
        NumberText.ParseDouble(WithoutUnderscores(Text(self))) is { } number ? new FloatValue(number) : null;

    private static BooleanValue? ToBooleanOrNull(Value self) =>
        Text(self).Equals("true", StringComparison.OrdinalIgnoreCase) ? BooleanValue.True
        : Text(self).Equals("false", StringComparison.OrdinalIgnoreCase) ? BooleanValue.False
        : null;

    // As in number literals, an underscore may follow a digit but not begin a part.
    private static string WithoutUnderscores(string number)
    {
        var isStart = true;
        foreach (var c in number)
        {
            if (c == '_' && isStart) return number;
            if (c != '_') isStart = c is '.' or 'e' or 'E';
        }
        return number.Replace("_", "", StringComparison.Ordinal);
    }
}
