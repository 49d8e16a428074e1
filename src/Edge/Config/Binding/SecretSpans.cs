using Edge.Config.Syntax;

namespace Edge.Config.Binding;

/// <summary>
/// Finds the string literals that are given to properties whose names say that they are secret. It reads the text rather than the
/// tree: a file with a syntax error has no tree, and its excerpts must not show a key either. Where the text is ambiguous it finds
/// too much rather than too little.
/// </summary>
internal ref struct SecretSpans
{
    // Following `authKey = key` to `local key = "..."` takes one pass for each step; longer chains do not occur.
    private const int MaximumPasses = 4;

    private readonly ReadOnlySpan<byte> _text;
    private readonly HashSet<string> _names;
    private readonly List<SourceSpan> _found = [];
    private int _at;

    private SecretSpans(ReadOnlySpan<byte> text, HashSet<string> names)
    {
        _text = text;
        _names = names;
    }

    /// <summary>The spans between the quotes, in order.</summary>
    public static IReadOnlyList<SourceSpan> Find(SourceText source)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var pass = 1; ; pass++)
        {
            var known = names.Count;
            var spans = new SecretSpans(source.Utf8.Span, names);
            spans.Scan();
            if (names.Count == known || pass == MaximumPasses) return spans._found;
        }
    }

    private void Scan()
    {
        while (SkipToToken())
        {
            if (IsNameStart(_text[_at]))
            {
                var name = ReadName();
                if (IsAssigned() && (SecretNames.Resembles(name) || _names.Contains(name)))
                    ScanValue();
            }
            else if (_text[_at] is (byte)'"' or (byte)'#')
            {
                ReadString(isSecret: false);
            }
            else
            {
                _at++;
            }
        }
    }

    // The value ends with the brace that closes its object, with the one that closes the enclosing object, with a semicolon, or
    // where the next member begins.
    private void ScanValue()
    {
        var depth = 0;
        var isFirst = true;
        while (SkipToToken())
        {
            var c = _text[_at];
            if (c is (byte)'{' or (byte)'(' or (byte)'[')
            {
                depth++;
                _at++;
            }
            else if (c is (byte)'}' or (byte)')' or (byte)']')
            {
                if (depth == 0) return;
                depth--;
                _at++;
                if (depth == 0 && c == (byte)'}') return;
            }
            else if (c == (byte)';' && depth == 0)
            {
                return;
            }
            else if (c is (byte)'"' or (byte)'#')
            {
                ReadString(isSecret: true);
            }
            else if (IsNameStart(c))
            {
                var start = _at;
                var name = ReadName();
                if (depth == 0 && !isFirst && IsAssigned())
                {
                    _at = start;
                    return;
                }
                if (!IsCalled()) _names.Add(name);
            }
            else
            {
                _at++;
            }
            isFirst = false;
        }
    }

    // After a name: a type annotation may stand between it and `=`. Nothing is consumed.
    private readonly bool IsAssigned()
    {
        var at = SkipBlanks(_at);
        if (at < _text.Length && _text[at] == (byte)':')
        {
            while (at < _text.Length && _text[at] is not ((byte)'=' or (byte)'\n' or (byte)'{' or (byte)'}')) at++;
        }
        if (at >= _text.Length) return false;
        return _text[at] == (byte)'{' || (_text[at] == (byte)'=' && !(at + 1 < _text.Length && _text[at + 1] == (byte)'='));
    }

    private readonly bool IsCalled()
    {
        var at = SkipBlanks(_at);
        return at < _text.Length && _text[at] == (byte)'(';
    }

    private readonly int SkipBlanks(int at)
    {
        while (at < _text.Length && _text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        return at;
    }

    private bool SkipToToken()
    {
        while (true)
        {
            _at = SkipBlanks(_at);
            if (_at >= _text.Length) return false;
            var rest = _text[_at..];
            if (rest.StartsWith("//"u8))
            {
                var end = rest.IndexOf((byte)'\n');
                _at = end < 0 ? _text.Length : _at + end;
            }
            else if (rest.StartsWith("/*"u8))
            {
                var end = rest.IndexOf("*/"u8);
                _at = end < 0 ? _text.Length : _at + end + 2;
            }
            else
            {
                return true;
            }
        }
    }

    private string ReadName()
    {
        var start = _at;
        while (_at < _text.Length && (IsNameStart(_text[_at]) || _text[_at] is >= (byte)'0' and <= (byte)'9')) _at++;
        return System.Text.Encoding.UTF8.GetString(_text[start.._at]).Trim('`');
    }

    private static bool IsNameStart(byte c) =>
        c is >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or (byte)'_' or (byte)'$' or (byte)'`' or >= 0x80;

    // With its #s and, where it has three quotes, its lines. What is interpolated counts as the string's.
    private void ReadString(bool isSecret)
    {
        var pounds = 0;
        while (_at < _text.Length && _text[_at] == (byte)'#')
        {
            pounds++;
            _at++;
        }
        if (_at >= _text.Length || _text[_at] != (byte)'"') return;
        var quotes = _text[_at..].StartsWith("\"\"\""u8) ? 3 : 1;
        _at += quotes;
        var start = _at;
        while (_at < _text.Length && !(quotes == 1 && _text[_at] == (byte)'\n') && !IsEnd(quotes, pounds))
            _at += pounds == 0 && _text[_at] == (byte)'\\' && _at + 1 < _text.Length ? EscapeLength() : 1;
        if (isSecret && _at > start) _found.Add(SourceSpan.FromBounds(start, Math.Min(_at, _text.Length)));
        if (_at < _text.Length && _text[_at] != (byte)'\n') _at += quotes + pounds;
        _at = Math.Min(_at, _text.Length);
    }

    // An interpolation is skipped to its parenthesis, over the quotes in it.
    private readonly int EscapeLength()
    {
        if (_text[_at + 1] != (byte)'(') return 2;
        var depth = 0;
        for (var at = _at + 1; at < _text.Length && _text[at] != (byte)'\n'; at++)
        {
            if (_text[at] == (byte)'(') depth++;
            if (_text[at] == (byte)')' && --depth == 0) return at + 1 - _at;
        }
        return 2;
    }

    private readonly bool IsEnd(int quotes, int pounds)
    {
        if (_at + quotes + pounds > _text.Length) return false;
        return _text.Slice(_at, quotes).IndexOfAnyExcept((byte)'"') < 0
            && _text.Slice(_at + quotes, pounds).IndexOfAnyExcept((byte)'#') < 0;
    }
}
