using System.Globalization;
using System.Text;

namespace Edge.Config.Library;

/// <summary>A pattern that is no regular expression; the message is the reference's, <c>DESCRIPTION near index N</c> and the caret.</summary>
internal sealed class RegexSyntaxException(string message) : Exception(message);

/// <summary>
/// Translates <c>java.util.regex</c> syntax, with the flags UNICODE_CHARACTER_CLASS and UNICODE_CASE, to .NET's. Java matches code
/// points and .NET UTF-16 units, so a text with surrogates needs a translation of its own, in which every class and dot takes a
/// pair as one.
/// Source: the documentation of java.util.regex.Pattern, JDK 21; messages as the reference prints them.
/// </summary>
internal sealed class JavaRegexTranslator
{
    private const int MaxDepth = 200;

    private readonly string _pattern;
    private readonly bool _pairs;
    private readonly JavaCharacterClassTranslator _classes;
    private int _at;
    private int _depth;
    private int _highestReference;
    private Flags _flags;

    public JavaRegexTranslator(string pattern, bool pairs)
    {
        _pattern = pattern;
        _pairs = pairs;
        _classes = new JavaCharacterClassTranslator(this, pairs);
    }

    [Flags]
    private enum Flags
    {
        None = 0,
        IgnoreCase = 1,
        MultiLine = 2,
        DotAll = 4,
        Comments = 8,
        UnixLines = 16,
    }

    public int GroupCount { get; private set; }

    public Dictionary<string, int> GroupNames { get; } = [];

    internal string Pattern => _pattern;

    internal ref int At => ref _at;

    internal bool SkipsSpace => _flags.HasFlag(Flags.Comments);

    /// <returns>The .NET pattern.</returns>
    /// <exception cref="RegexSyntaxException">The pattern is invalid, or uses what is not supported.</exception>
    public string Translate()
    {
        var result = new StringBuilder();
        Alternatives(result);
        if (_at < _pattern.Length) throw Error("Unmatched closing ')'", _at - 1);
        // A reference to a group that does not exist never matches in Java and is an error in .NET.
        for (var group = GroupCount + 1; group <= _highestReference; group++)
            result.Replace(Reference(group), "(?!)");
        return result.ToString();
    }

    internal RegexSyntaxException Error(string description, int index)
    {
        if (index < 0) return new RegexSyntaxException($"{description}\n{_pattern}");
        var caret = index < _pattern.Length ? "\n" + new string(' ', index) + "^" : "";
        return new RegexSyntaxException(
            $"{description} near index {index.ToString(CultureInfo.InvariantCulture)}\n{_pattern}{caret}");
    }

    internal RegexSyntaxException Unsupported(string what) => Error($"{what} is not supported here", _at);

    private void Alternatives(StringBuilder result)
    {
        if (++_depth > MaxDepth) throw Error("Groups are nested too deeply", _at);
        Sequence(result);
        while (_at < _pattern.Length && _pattern[_at] == '|')
        {
            _at++;
            result.Append('|');
            Sequence(result);
        }
        _depth--;
    }

    private void Sequence(StringBuilder result)
    {
        while (true)
        {
            SkipComments();
            if (_at >= _pattern.Length || _pattern[_at] is '|' or ')') return;
            if (_pattern[_at] is '*' or '+' or '?') throw Error($"Dangling meta character '{_pattern[_at]}'", _at);
            if (TryFlags(result)) continue;
            if (_pattern[_at..].StartsWith("\\Q", StringComparison.Ordinal))
            {
                Quoted(result);
                continue;
            }
            var atom = Atom();
            SkipComments();
            result.Append(Quantified(atom));
        }
    }

    // \Q...\E: a quantifier after it takes its last character.
    private void Quoted(StringBuilder result)
    {
        var end = _pattern.IndexOf("\\E", _at, StringComparison.Ordinal);
        var text = end < 0 ? _pattern[(_at + 2)..] : _pattern[(_at + 2)..end];
        _at = end < 0 ? _pattern.Length : end + 2;
        var literals = new List<string>();
        foreach (var rune in text.EnumerateRunes()) literals.Add(Literal(rune.Value));
        for (var i = 0; i < literals.Count; i++)
            result.Append(i == literals.Count - 1 ? Quantified(literals[i]) : literals[i]);
    }

    private string Atom()
    {
        switch (_pattern[_at])
        {
            case '(': return Group();
            case '[': return _classes.Bracket();
            case '\\': return Escape();
            case '.': _at++; return Dot();
            case '^': _at++; return Caret();
            case '$': _at++; return Dollar();
            case '{': throw Error("Illegal repetition", _at + 1);
            default: return Literal(NextCodePoint());
        }
    }

    private string Quantified(string atom)
    {
        if (_at >= _pattern.Length || _pattern[_at] is not ('*' or '+' or '?' or '{')) return atom;
        var quantifier = _pattern[_at] == '{' ? Counted() : _pattern[_at++].ToString();
        var kind = _at < _pattern.Length ? _pattern[_at] : '\0';
        if (kind is '?' or '+') _at++;
        if (_at < _pattern.Length && _pattern[_at] == '{') throw Unsupported("A quantifier of a quantifier");
        return kind switch
        {
            '?' => atom + quantifier + "?",
            '+' => $"(?>{atom}{quantifier})",
            _ => atom + quantifier,
        };
    }

    private string Counted()
    {
        var start = _at++;
        if (_at >= _pattern.Length || !char.IsAsciiDigit(_pattern[_at])) throw Error("Illegal repetition", start + 1);
        var minimum = Count();
        var maximum = minimum;
        var isOpen = false;
        if (_at < _pattern.Length && _pattern[_at] == ',')
        {
            _at++;
            isOpen = _at >= _pattern.Length || !char.IsAsciiDigit(_pattern[_at]);
            if (!isOpen) maximum = Count();
        }
        if (_at >= _pattern.Length || _pattern[_at] != '}') throw Error("Unclosed counted closure", _at);
        if (maximum < minimum) throw Error("Illegal repetition range", _at);
        _at++;
        var (low, high) = (minimum.ToString(CultureInfo.InvariantCulture), maximum.ToString(CultureInfo.InvariantCulture));
        return isOpen ? $"{{{low},}}" : $"{{{low},{high}}}";
    }

    private int Count()
    {
        long count = 0;
        while (_at < _pattern.Length && char.IsAsciiDigit(_pattern[_at]))
        {
            count = count * 10 + (_pattern[_at++] - '0');
            if (count > int.MaxValue) throw Error("Illegal repetition range", _at);
        }
        return (int)count;
    }

    private string Group()
    {
        _at++;
        var opening = "(";
        if (_at < _pattern.Length && _pattern[_at] == '?')
        {
            _at++;
            opening = SpecialGroup();
        }
        else
        {
            GroupCount++;
        }
        return GroupBody(opening, _flags);
    }

    // Flags that are set inside the group end with it; flagsAfter are those that hold behind it.
    private string GroupBody(string opening, Flags flagsAfter)
    {
        var result = new StringBuilder(opening);
        Alternatives(result);
        if (_at >= _pattern.Length) throw Error("Unclosed group", _at);
        _at++;
        _flags = flagsAfter;
        return result.Append(')').ToString();
    }

    // After "(?"; flags were handled by TryFlags.
    private string SpecialGroup()
    {
        var rest = _pattern.AsSpan(_at);
        foreach (var opening in (ReadOnlySpan<string>)[":", "=", "!", ">", "<=", "<!"])
        {
            if (!rest.StartsWith(opening, StringComparison.Ordinal)) continue;
            _at += opening.Length;
            return "(?" + opening;
        }
        if (rest.Length == 0 || rest[0] != '<') throw Error("Unknown inline modifier", _at);
        _at++;
        var name = GroupName();
        if (!GroupNames.TryAdd(name, ++GroupCount)) throw Error($"Named capturing group <{name}> is already defined", _at - 1);
        return "(";
    }

    private string GroupName()
    {
        var start = _at;
        if (_at >= _pattern.Length || !char.IsAsciiLetter(_pattern[_at]))
            throw Error("capturing group name does not start with a Latin letter", _at);
        while (_at < _pattern.Length && char.IsAsciiLetterOrDigit(_pattern[_at])) _at++;
        if (_at >= _pattern.Length || _pattern[_at] != '>') throw Error("named capturing group is missing trailing '>'", _at);
        return _pattern[start.._at++];
    }

    // (?imsxduU-imsxduU) and (?flags:...)
    private bool TryFlags(StringBuilder result)
    {
        if (!_pattern.AsSpan(_at).StartsWith("(?", StringComparison.Ordinal)) return false;
        if (_at + 2 < _pattern.Length && _pattern[_at + 2] is ':' or '=' or '!' or '>' or '<') return false;
        _at += 2;
        var (before, flags, isOff) = (_flags, _flags, false);
        for (; ; _at++)
        {
            if (_at >= _pattern.Length) throw Error("Unknown inline modifier", _at);
            if (_pattern[_at] is ')' or ':') break;
            if (_pattern[_at] == '-' && !isOff) isOff = true;
            else flags = isOff ? flags & ~FlagOf(_pattern[_at]) : flags | FlagOf(_pattern[_at]);
        }
        _flags = flags;
        var ignoreCase = flags.HasFlag(Flags.IgnoreCase) ? "i" : "-i";
        if (_pattern[_at++] == ')')
        {
            result.Append("(?").Append(ignoreCase).Append(')');
            if (_at < _pattern.Length && _pattern[_at] is '{') throw Error("Illegal repetition", _at);
            return true;
        }
        var body = GroupBody($"(?{ignoreCase}:", before);
        SkipComments();
        result.Append(Quantified(body));
        return true;
    }

    private Flags FlagOf(char letter) => letter switch
    {
        'i' => Flags.IgnoreCase,
        'm' => Flags.MultiLine,
        's' => Flags.DotAll,
        'x' => Flags.Comments,
        'd' => Flags.UnixLines,
        'u' or 'U' => Flags.None, // always on
        _ => throw Error("Unknown inline modifier", _at),
    };

    private void SkipComments()
    {
        while (SkipsSpace && _at < _pattern.Length)
        {
            if (_pattern[_at] == '#')
                while (_at < _pattern.Length && _pattern[_at] is not ('\n' or '\r' or '\u0085' or '\u2028' or '\u2029')) _at++;
            else if (_pattern[_at] is ' ' or (>= '\t' and <= '\r')) _at++;
            else return;
        }
    }

    private string Dot()
    {
        if (_flags.HasFlag(Flags.DotAll)) return _pairs ? "(?:[^\\uD800-\\uDFFF]|[\\uD800-\\uDBFF][\\uDC00-\\uDFFF])" : "[\\s\\S]";
        var ends = _flags.HasFlag(Flags.UnixLines) ? "\\n" : "\\n\\r\\u0085\\u2028\\u2029";
        return _pairs ? $"(?:[^{ends}\\uD800-\\uDFFF]|[\\uD800-\\uDBFF][\\uDC00-\\uDFFF])" : $"[^{ends}]";
    }

    // At the start of a line, but not at the end of the input.
    private string Caret() => (_flags & (Flags.MultiLine | Flags.UnixLines)) switch
    {
        Flags.MultiLine => "(?:\\A|(?<=[\\n\\u0085\\u2028\\u2029]|\\r(?!\\n))(?!\\z))",
        Flags.MultiLine | Flags.UnixLines => "(?:\\A|(?<=\\n)(?!\\z))",
        _ => "\\A",
    };

    // At the end of the input, or before the line terminator at its end; never inside of CR LF.
    private string Dollar() => (_flags & (Flags.MultiLine | Flags.UnixLines)) switch
    {
        Flags.MultiLine => "(?:(?=[\\r\\u0085\\u2028\\u2029]|\\z)|(?<!\\r)(?=\\n))",
        Flags.MultiLine | Flags.UnixLines => "(?=\\n|\\z)",
        Flags.UnixLines => "(?=\\n?\\z)",
        _ => "(?:(?=(?:\\r\\n?|[\\u0085\\u2028\\u2029])?\\z)|(?<!\\r)(?=\\n\\z))",
    };

    private string Escape()
    {
        if (_at + 1 >= _pattern.Length) throw Error("Unescaped trailing backslash", _at + 1);
        var c = _pattern[_at + 1];
        switch (c)
        {
            case 'A' or 'z' or 'G' or 'b' or 'B':
                _at += 2;
                if (_at < _pattern.Length && _pattern[_at] == '{' && c == 'b') throw Unsupported("\\b{...}");
                return "\\" + c;
            case 'Z':
                _at += 2;
                return Dollar();
            case 'R':
                _at += 2;
                return "(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])";
            case 'X' or 'N':
                throw Unsupported("\\" + c);
            case 'k':
                return NamedReference();
            case >= '1' and <= '9':
                return NumberedReference();
            default:
                return _classes.TryPredicate() is { } predicate ? predicate : Literal(_classes.EscapedCodePoint());
        }
    }

    private string NamedReference()
    {
        _at += 2;
        if (_at >= _pattern.Length || _pattern[_at] != '<') throw Error("\\k is not followed by '<' for named capturing group", _at);
        _at++;
        var name = GroupName();
        return GroupNames.TryGetValue(name, out var group)
            ? Reference(group)
            : throw Error($"named capturing group <{name}> does not exist", _at - 1);
    }

    // As many digits as there are groups so far for.
    private string NumberedReference()
    {
        _at++;
        var group = _pattern[_at++] - '0';
        while (_at < _pattern.Length && char.IsAsciiDigit(_pattern[_at]) && group * 10 + (_pattern[_at] - '0') <= GroupCount)
            group = group * 10 + (_pattern[_at++] - '0');
        _highestReference = Math.Max(_highestReference, group);
        return Reference(group);
    }

    private static string Reference(int group) => $"(?:\\{group.ToString(CultureInfo.InvariantCulture)})";

    internal int NextCodePoint()
    {
        var codePoint = char.IsHighSurrogate(_pattern[_at]) && _at + 1 < _pattern.Length && char.IsLowSurrogate(_pattern[_at + 1])
            ? char.ConvertToUtf32(_pattern[_at], _pattern[_at + 1])
            : _pattern[_at];
        _at += codePoint > 0xFFFF ? 2 : 1;
        return codePoint;
    }

    private static string Literal(int codePoint) => codePoint switch
    {
        > 0xFFFF => $"(?:{char.ConvertFromUtf32(codePoint)})",
        >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_' => ((char)codePoint).ToString(),
        _ => $"\\u{codePoint:X4}",
    };
}
