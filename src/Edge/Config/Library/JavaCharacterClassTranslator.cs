using System.Globalization;
using System.Text;

namespace Edge.Config.Library;

/// <summary>
/// The part of <see cref="JavaRegexTranslator"/> that reads character classes and escapes. Java nests classes and intersects them; .NET does
/// neither, so what is more than a plain set becomes look-aheads before one code point.
/// </summary>
internal sealed class JavaCharacterClassTranslator(JavaRegexTranslator translator, bool pairs)
{
    private const int MaxDepth = 50;

    // Alphabetic of Unicode, but for marks; word characters are these, marks, digits, connectors and joiners.
    private const string Alphabetic = "\\p{L}\\p{Nl}\\u0345\\u24B6-\\u24E9";
    private const string Word = "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\u200C\\u200D\\u24B6-\\u24E9";
    private const string HorizontalSpace = "\\t\\x20\\u00A0\\u1680\\u180E\\u2000-\\u200A\\u202F\\u205F\\u3000";
    private const string VerticalSpace = "\\n\\v\\f\\r\\u0085\\u2028\\u2029";

    private int _depth;

    private string Pattern => translator.Pattern;

    /// <summary><c>[...]</c>, from the bracket.</summary>
    public string Bracket()
    {
        if (++_depth > MaxDepth) throw translator.Error("Character classes are nested too deeply", translator.At);
        translator.At++;
        var isNegated = Take('^');
        var intersection = new List<string>();
        var union = new Union(pairs);
        var isEmpty = true;
        while (true)
        {
            SkipSpace();
            if (translator.At >= Pattern.Length) throw translator.Error("Unclosed character class", Pattern.Length - 1);
            if (Pattern[translator.At] == ']' && !isEmpty) break;
            if (Pattern.AsSpan(translator.At).StartsWith("&&", StringComparison.Ordinal))
            {
                while (Take('&')) { }
                if (!union.IsEmpty) intersection.Add(union.ToString());
                union = new Union(pairs);
                isEmpty = false;
                continue;
            }
            isEmpty = false;
            Item(union);
        }
        translator.At++;
        _depth--;
        if (intersection.Count == 0) return union.ToString(isNegated);
        if (!union.IsEmpty) intersection.Add(union.ToString());
        var all = string.Concat(intersection.Select(set => $"(?={set})"));
        return isNegated ? $"(?:(?!{all}){Union.Any(pairs)})" : $"(?:{all}{Union.Any(pairs)})";
    }

    /// <summary><c>\d</c>, <c>\p{...}</c> and the like as an expression for one code point; null, and nothing read, if it is another escape.</summary>
    public string? TryPredicate()
    {
        if (Predicate() is not { } predicate) return null;
        var union = new Union(pairs);
        union.Add(predicate.Set, predicate.IsNegated);
        return union.ToString();
    }

    /// <summary>An escape that stands for one code point.</summary>
    public int EscapedCodePoint()
    {
        translator.At++;
        var c = Pattern[translator.At++];
        switch (c)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'f': return '\f';
            case 'a': return 7;
            case 'e': return 27;
            case '0': return Octal();
            case 'x': return Hexadecimal();
            case 'u': return Unicode();
            case 'c':
                if (translator.At >= Pattern.Length) throw translator.Error("Illegal control escape sequence", translator.At - 1);
                return Pattern[translator.At++] ^ 64;
        }
        if (char.IsAsciiLetter(c)) throw translator.Error("Illegal/unsupported escape sequence", translator.At - 1);
        translator.At--;
        return translator.NextCodePoint();
    }

    private void Item(Union union)
    {
        if (Pattern[translator.At] == '[')
        {
            union.AddExpression(Bracket());
            return;
        }
        if (Pattern.AsSpan(translator.At).StartsWith("\\Q", StringComparison.Ordinal))
        {
            var end = Pattern.IndexOf("\\E", translator.At, StringComparison.Ordinal);
            foreach (var rune in Pattern[(translator.At + 2)..(end < 0 ? Pattern.Length : end)].EnumerateRunes()) union.Add(rune.Value, rune.Value);
            translator.At = end < 0 ? Pattern.Length : end + 2;
            return;
        }
        if (Pattern[translator.At] == '\\' && Predicate() is { } predicate)
        {
            union.Add(predicate.Set, predicate.IsNegated);
            return;
        }
        var first = CodePoint();
        // A minus before the end or before a nested class stands for itself.
        if (translator.At + 1 >= Pattern.Length || Pattern[translator.At] != '-' || Pattern[translator.At + 1] is ']' or '[')
        {
            union.Add(first, first);
            return;
        }
        translator.At++;
        if (Pattern[translator.At] == '\\' && Predicate() is not null) throw translator.Error("Illegal character range", translator.At - 1);
        var last = CodePoint();
        if (last < first) throw translator.Error("Illegal character range", translator.At - 1);
        union.Add(first, last);
    }

    private int CodePoint()
    {
        if (Pattern[translator.At] != '\\') return translator.NextCodePoint();
        if (translator.At + 1 >= Pattern.Length) throw translator.Error("Unclosed character class", Pattern.Length - 1);
        return EscapedCodePoint();
    }

    private (string Set, bool IsNegated)? Predicate()
    {
        if (translator.At + 1 >= Pattern.Length) return null;
        var c = Pattern[translator.At + 1];
        if (c is 'p' or 'P') return Property(c == 'P');
        var set = char.ToLowerInvariant(c) switch
        {
            'd' => "\\p{Nd}",
            'w' => Word,
            's' => "\\s",
            'h' => HorizontalSpace,
            'v' => VerticalSpace,
            _ => null,
        };
        if (set is null) return null;
        translator.At += 2;
        return (set, char.IsAsciiLetterUpper(c));
    }

    private (string Set, bool IsNegated) Property(bool isNegated)
    {
        translator.At += 2;
        string name;
        if (!Take('{'))
        {
            name = translator.At < Pattern.Length ? Pattern[translator.At].ToString() : " ";
            if (name != " ") translator.At++;
        }
        else
        {
            var end = Pattern.IndexOf('}', translator.At);
            if (end < 0) throw translator.Error("Unclosed character family", Pattern.Length);
            name = Pattern[translator.At..end];
            translator.At = end + 1;
            if (name.Length == 0) throw translator.Error("Empty character family", end);
        }
        return (SetOf(name) ?? throw UnknownProperty(name), isNegated);
    }

    private RegexSyntaxException UnknownProperty(string name)
    {
        // Scripts and blocks are named by Unicode, and .NET knows too few of them.
        var isScriptOrBlock = name.Contains('=', StringComparison.Ordinal) || name.StartsWith("In", StringComparison.Ordinal)
            || (name.StartsWith("Is", StringComparison.Ordinal) && name.Length > 4);
        return isScriptOrBlock
            ? translator.Error($"The character property {{{name}}} is not supported here", translator.At - 1)
            : translator.Error($"Unknown character property name {{{name}}}", translator.At - 1);
    }

    private static string? SetOf(string name)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["gc=", "general_category="])
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return Category(name[prefix.Length..]);
        if (name.StartsWith("Is", StringComparison.Ordinal) && Category(name[2..]) is { } category) return category;
        return Category(name) ?? name.ToUpperInvariant().Replace("_", "", StringComparison.Ordinal) switch
        {
            "LOWER" or "ISLOWERCASE" or "JAVALOWERCASE" => "\\p{Ll}\\u00AA\\u00BA\\u02B0-\\u02B8\\u2170-\\u217F\\u24D0-\\u24E9",
            "UPPER" or "ISUPPERCASE" or "JAVAUPPERCASE" => "\\p{Lu}\\u2160-\\u216F\\u24B6-\\u24CF",
            "ALPHA" or "ISALPHABETIC" or "JAVAALPHABETIC" => Alphabetic,
            "DIGIT" or "ISDIGIT" or "JAVADIGIT" => "\\p{Nd}",
            "ALNUM" => Alphabetic + "\\p{Nd}",
            "PUNCT" or "ISPUNCTUATION" => "\\p{P}",
            "SPACE" or "ISWHITESPACE" => "\\s",
            "BLANK" => HorizontalSpace.Replace("\\u180E", "", StringComparison.Ordinal),
            "CNTRL" or "ISCONTROL" => "\\p{Cc}",
            "XDIGIT" or "ISHEXDIGIT" => "\\p{Nd}A-Fa-f\\uFF21-\\uFF26\\uFF41-\\uFF46",
            "ISLETTER" or "JAVALETTER" => "\\p{L}",
            "ISIDEOGRAPHIC" => "\\u3006\\u3007\\u3021-\\u3029\\u3038-\\u303A\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uF900-\\uFAFF",
            "ISWORD" => Word,
            "ASCII" => "\\x00-\\x7F",
            "L1" => "\\x00-\\xFF",
            "LC" => "\\p{Lu}\\p{Ll}\\p{Lt}",
            "LD" => "\\p{L}\\p{Nd}",
            _ => null,
        };
    }

    private static string? Category(string name) => name switch
    {
        "L" or "M" or "N" or "Z" or "C" or "P" or "S" => $"\\p{{{name}}}",
        "Lu" or "Ll" or "Lt" or "Lm" or "Lo" or "Mn" or "Me" or "Mc" or "Nd" or "Nl" or "No" or "Zs" or "Zl" or "Zp" or "Cc" or "Cf" or "Co"
            or "Cs" or "Cn" or "Pd" or "Ps" or "Pe" or "Pc" or "Po" or "Pi" or "Pf" or "Sm" or "Sc" or "Sk" or "So" => $"\\p{{{name}}}",
        _ => null,
    };

    private int Octal()
    {
        var value = 0;
        var digits = 0;
        var most = translator.At < Pattern.Length && Pattern[translator.At] <= '3' ? 3 : 2;
        for (; digits < most && translator.At < Pattern.Length && Pattern[translator.At] is >= '0' and <= '7'; digits++)
            value = value * 8 + (Pattern[translator.At++] - '0');
        return digits > 0 ? value : throw translator.Error("Illegal octal escape sequence", translator.At);
    }

    private int Hexadecimal()
    {
        if (!Take('{'))
        {
            if (translator.At + 2 > Pattern.Length || Digits(translator.At, 2) is not { } pair)
                throw translator.Error("Illegal hexadecimal escape sequence", translator.At);
            translator.At += 2;
            return pair;
        }
        var start = translator.At;
        var value = 0;
        for (; translator.At < Pattern.Length && char.IsAsciiHexDigit(Pattern[translator.At]); translator.At++)
        {
            value = value * 16 + Convert.ToInt32(Pattern[translator.At].ToString(), 16);
            if (value > 0x10FFFF) throw translator.Error("Hexadecimal codepoint is too big", translator.At);
        }
        if (translator.At == start) throw translator.Error("Illegal hexadecimal escape sequence", translator.At - 1);
        if (!Take('}')) throw translator.Error("Unclosed hexadecimal escape sequence", translator.At);
        return value;
    }

    // Two escapes that are a surrogate pair are one code point.
    private int Unicode()
    {
        var high = FourDigits();
        if (high is < 0xD800 or > 0xDBFF) return high;
        if (!Pattern.AsSpan(translator.At).StartsWith("\\u", StringComparison.Ordinal)) return high;
        if (Digits(translator.At + 2, 4) is not (>= 0xDC00 and <= 0xDFFF) and { } low) return high;
        translator.At += 2;
        return char.ConvertToUtf32((char)high, (char)FourDigits());
    }

    private int FourDigits()
    {
        if (Digits(translator.At, 4) is not { } value)
        {
            while (translator.At < Pattern.Length && char.IsAsciiHexDigit(Pattern[translator.At])) translator.At++;
            throw translator.Error("Illegal Unicode escape sequence", translator.At);
        }
        translator.At += 4;
        return value;
    }

    private int? Digits(int start, int count) =>
        start + count <= Pattern.Length
        && int.TryParse(Pattern.AsSpan(start, count), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private bool Take(char c)
    {
        if (translator.At >= Pattern.Length || Pattern[translator.At] != c) return false;
        translator.At++;
        return true;
    }

    private void SkipSpace()
    {
        while (translator.SkipsSpace && translator.At < Pattern.Length && char.IsWhiteSpace(Pattern[translator.At])) translator.At++;
    }

    /// <summary>A union of ranges, sets and expressions, each of which takes one code point.</summary>
    private sealed class Union(bool pairs)
    {
        private readonly StringBuilder _set = new();
        private readonly List<string> _expressions = [];

        public bool IsEmpty => _set.Length == 0 && _expressions.Count == 0;

        public static string Any(bool pairs) => pairs ? "(?:[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]|[^\\uD800-\\uDFFF])" : "[\\s\\S]";

        public void Add(int first, int last)
        {
            if (first <= 0xFFFF) _set.Append(Unit(first)).Append(last == first ? "" : "-" + Unit(Math.Min(last, 0xFFFF)));
            // Without pairs in the text there is nothing for it to match.
            if (last > 0xFFFF && pairs) AddPairs(Math.Max(first, 0x10000), last);
        }

        public void Add(string set, bool isNegated)
        {
            if (!isNegated)
                _set.Append(set);
            else if (pairs)
                _expressions.Add($"[^{set}\\uD800-\\uDFFF]|[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]");
            else
                _expressions.Add($"[^{set}]");
        }

        public void AddExpression(string expression) => _expressions.Add(expression);

        public override string ToString() => ToString(isNegated: false);

        public string ToString(bool isNegated)
        {
            if (_expressions.Count == 0 && !(isNegated && pairs))
                return _set.Length == 0 ? "(?!)" : $"[{(isNegated ? "^" : "")}{_set}]";
            var parts = string.Join('|', _set.Length > 0 ? _expressions.Prepend($"[{_set}]") : _expressions);
            return isNegated ? $"(?:(?!{parts}){Any(pairs)})" : $"(?:{parts})";
        }

        // A range of pairs: the rest of the first high surrogate's block, whole blocks, the start of the last one's.
        private void AddPairs(int first, int last)
        {
            var (firstHigh, firstLow) = Surrogates(first);
            var (lastHigh, lastLow) = Surrogates(last);
            if (firstHigh == lastHigh)
            {
                _expressions.Add($"{Unit(firstHigh)}[{Unit(firstLow)}-{Unit(lastLow)}]");
                return;
            }
            _expressions.Add($"{Unit(firstHigh)}[{Unit(firstLow)}-\\uDFFF]");
            if (lastHigh - firstHigh > 1) _expressions.Add($"[{Unit(firstHigh + 1)}-{Unit(lastHigh - 1)}][\\uDC00-\\uDFFF]");
            _expressions.Add($"{Unit(lastHigh)}[\\uDC00-{Unit(lastLow)}]");
        }

        private static (int High, int Low) Surrogates(int codePoint) =>
            (0xD800 + ((codePoint - 0x10000) >> 10), 0xDC00 + ((codePoint - 0x10000) & 0x3FF));

        private static string Unit(int unit) => $"\\u{unit:X4}";
    }
}
