using System.Globalization;

namespace Edge.Config.Syntax;

/// <summary>
/// Pkl's lexical grammar (language reference 0.30; pkl-parser's Lexer at tag 0.30.2) over valid UTF-8. It allocates for errors and
/// for interpolation nested beyond eight strings only; a token is a kind and two offsets. A string comes as a start, its pieces and
/// an end, so that an interpolated expression is lexed in place.
/// </summary>
internal ref partial struct Lexer
{
    private readonly SourceText _source;
    private readonly ReadOnlySpan<byte> _text;
    private int _start;
    private int _cursor;
    private int _lineEnds;

    private StringScope[] _scopes;
    private int _scopeCount;
    private bool _isInString;

    // What the piece before has found to follow it: the closing delimiter or a backslash with its pounds.
    private bool _atStringEnd;
    private bool _atEscape;

    public Lexer(SourceText source)
    {
        _source = source;
        _text = source.Utf8.Span;
        _scopes = [];
    }

    /// <summary>Where the last token starts.</summary>
    public readonly int Start => _start;

    /// <summary>Where the last token ends.</summary>
    public readonly int End => _cursor;

    /// <summary>Line feeds skipped before the last token.</summary>
    public readonly int LineEndsBefore => _lineEnds;

    // The next byte, or -1 at the end.
    private readonly int Ahead => _cursor < _text.Length ? _text[_cursor] : -1;

    /// <exception cref="SyntaxException">The text at the cursor is no token.</exception>
    public TokenKind Next()
    {
        _start = _cursor;
        _lineEnds = 0;
        return _isInString ? NextInString() : NextOutsideOfString();
    }

    private TokenKind NextOutsideOfString()
    {
        SkipBlanks();
        _start = _cursor;
        if (_cursor == _text.Length)
            return TokenKind.EndOfFile;
        var first = _text[_cursor++];
        switch (first)
        {
            case (byte)';': return TokenKind.Semicolon;
            case (byte)'(':
                if (_scopeCount > 0)
                    _scopes[_scopeCount - 1].OpenParens++;
                return TokenKind.LeftParen;
            case (byte)')':
                // The parenthesis that ends an interpolation returns to the string around it.
                if (_scopeCount > 0 && --_scopes[_scopeCount - 1].OpenParens <= 0)
                    _isInString = true;
                return TokenKind.RightParen;
            case (byte)'{': return TokenKind.LeftBrace;
            case (byte)'}': return TokenKind.RightBrace;
            case (byte)',': return TokenKind.Comma;
            case (byte)'@': return TokenKind.At;
            case (byte)':': return TokenKind.Colon;
            case (byte)'+': return TokenKind.Plus;
            case (byte)'%': return TokenKind.Percent;
            case (byte)'[': return If('[') ? TokenKind.LeftPredicate : TokenKind.LeftBracket;
            case (byte)']': return TokenKind.RightBracket;
            case (byte)'=': return If('=') ? TokenKind.Equal : TokenKind.Assign;
            case (byte)'>': return If('=') ? TokenKind.GreaterOrEqual : TokenKind.Greater;
            case (byte)'<': return If('=') ? TokenKind.LessOrEqual : TokenKind.Less;
            case (byte)'-': return If('>') ? TokenKind.Arrow : TokenKind.Minus;
            case (byte)'!': return If('!') ? TokenKind.NonNull : If('=') ? TokenKind.NotEqual : TokenKind.Not;
            case (byte)'?': return If('.') ? TokenKind.QuestionDot : If('?') ? TokenKind.Coalesce : TokenKind.Question;
            case (byte)'|': return If('>') ? TokenKind.Pipe : If('|') ? TokenKind.Or : TokenKind.Bar;
            case (byte)'*': return If('*') ? TokenKind.Power : TokenKind.Star;
            case (byte)'&': return If('&') ? TokenKind.And : throw AtCursor(Messages.UnexpectedCharacter("&", "&&"));
            case (byte)'~': return If('/') ? TokenKind.IntegerDivide : throw AtCursor(Messages.UnexpectedCharacter("~", "~/"));
            case (byte)'.': return AfterDot();
            case (byte)'`': return QuotedIdentifier();
            case (byte)'/': return AfterSlash();
            case (byte)'"': return StringStart(0);
            case (byte)'#': return Ahead == '!' ? RestOfLine(TokenKind.Shebang) : StringStartAfterPounds();
            default:
                if (IsDigit(first))
                    return Number(first);
                _cursor--;
                return IsIdentifierStart(_text, _cursor) ? IdentifierOrKeyword() : throw InvalidCharacter();
        }
    }

    private void SkipBlanks()
    {
        for (; _cursor < _text.Length; _cursor++)
        {
            var b = _text[_cursor];
            if (b == '\n')
                _lineEnds++;
            else if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\f'))
                return;
        }
    }

    private bool If(char next)
    {
        if (Ahead != next)
            return false;
        _cursor++;
        return true;
    }

    private TokenKind AfterDot()
    {
        if (IsDigit(Ahead))
        {
            Fraction();
            return TokenKind.Float;
        }
        if (!If('.'))
            return TokenKind.Dot;
        if (!If('.'))
            throw AtCursor("Unexpected character `..`. Did you mean `.`, `...` or `...?`?");
        return If('?') ? TokenKind.NullSafeSpread : TokenKind.Spread;
    }

    private TokenKind AfterSlash()
    {
        if (If('/'))
            return RestOfLine(Ahead == '/' ? TokenKind.DocComment : TokenKind.LineComment);
        if (!If('*'))
            return TokenKind.Slash;
        var end = _text.Slice(_cursor).IndexOf("*/"u8);
        if (end < 0)
            throw Error(Messages.UnexpectedEndOfFile, _text.Length, _text.Length);
        _cursor += end + 2;
        return TokenKind.BlockComment;
    }

    private TokenKind RestOfLine(TokenKind kind)
    {
        var end = _text.Slice(_cursor).IndexOfAny((byte)'\n', (byte)'\r');
        _cursor = end < 0 ? _text.Length : _cursor + end;
        return kind;
    }

    private TokenKind QuotedIdentifier()
    {
        var end = _text.Slice(_cursor).IndexOfAny((byte)'`', (byte)'\n', (byte)'\r');
        _cursor = end < 0 ? _text.Length : _cursor + end;
        if (!If('`'))
            throw AtCursor(Messages.UnexpectedCharacter(CharacterAhead(), "backquote"));
        return TokenKind.Identifier;
    }

    private TokenKind IdentifierOrKeyword()
    {
        while (_cursor < _text.Length && IsIdentifierPart(_text, _cursor))
            _cursor += Utf8.LengthOf(_text[_cursor]);
        var kind = Keywords.Find(_text.Slice(_start, _cursor - _start));
        return kind switch
        {
            TokenKind.Import => If('*') ? TokenKind.ImportGlob : kind,
            TokenKind.Read => If('*') ? TokenKind.ReadGlob : If('?') ? TokenKind.ReadOrNull : kind,
            _ => kind,
        };
    }

    private static bool IsDigit(int b) => b is >= '0' and <= '9';

    // Unicode identifiers as Java has them, less what it ignores inside of one: control characters, NUL among them, which would
    // make names that look equal and are not.
    private static bool IsIdentifierStart(ReadOnlySpan<byte> text, int offset)
    {
        var b = text[offset];
        if (b < 0x80)
            return (b | 0x20) is >= 'a' and <= 'z' || b is (byte)'_' or (byte)'$';
        var point = Utf8.CodePointAt(text, offset);
        return point < 0x10000 && Category((char)point) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
            or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber;
    }

    private static bool IsIdentifierPart(ReadOnlySpan<byte> text, int offset)
    {
        var b = text[offset];
        if (b < 0x80)
            return (b | 0x20) is >= 'a' and <= 'z' || b is (>= (byte)'0' and <= (byte)'9') or (byte)'_' or (byte)'$';
        return IsIdentifierStart(text, offset) || (Utf8.CodePointAt(text, offset) is < 0x10000 and var point
            && Category((char)point) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.NonSpacingMark or UnicodeCategory.Format);
    }

    private static UnicodeCategory Category(char c) => CharUnicodeInfo.GetUnicodeCategory(c);

    private readonly SyntaxException InvalidCharacter()
    {
        if (_cursor == 0 && _text.StartsWith("\uFEFF"u8))
            return Error("The file begins with a byte order mark.\n\nSave it as UTF-8 without one.", 0, 3);
        return Error($"Invalid identifier `{CharacterAhead()}`.", _cursor, _cursor + Utf8.LengthOf(_text[_cursor]));
    }

    // Line ends stand in a message as they are, as they do in Pkl's; what would disturb a terminal is named.
    private readonly string CharacterAhead()
    {
        if (_cursor >= _text.Length)
            return "EOF";
        var character = Utf8.CodePointAt(_text, _cursor);
        return character < 0x10000 && Printable.Of((char)character) != character
            ? $"U+{character:X4}"
            : Utf8.Decode(_text.Slice(_cursor, Utf8.LengthOf(_text[_cursor])));
    }

    private readonly SyntaxException AtCursor(string message)
    {
        if (_cursor < _text.Length)
            return Error(message, _cursor, _cursor + Utf8.LengthOf(_text[_cursor]));
        var last = Math.Max(0, _text.Length - 1);
        while (last > 0 && (_text[last] & 0xC0) == 0x80)
            last--;
        return Error(message, last, last);
    }

    private readonly SyntaxException Error(string message, int start, int end) => new(message, SourceSpan.FromBounds(start, end), _source);
}
