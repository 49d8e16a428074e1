namespace Edge.Config.Syntax;

internal ref partial struct Lexer
{
    /// <summary>A string that has begun and not ended; all but the innermost are inside of an interpolation.</summary>
    private struct StringScope(bool isMultiLine, int pounds)
    {
        public readonly bool IsMultiLine = isMultiLine;
        public readonly int Pounds = pounds;
        public int OpenParens;
    }

    private TokenKind StringStartAfterPounds()
    {
        var pounds = 1;
        while (If('#'))
            pounds++;
        if (Ahead < 0)
            throw Error(Messages.UnexpectedEndOfFile, _start, _cursor);
        if (!If('"'))
            throw AtCursor(Messages.UnexpectedCharacter(CharacterAhead(), "\""));
        return StringStart(pounds);
    }

    private TokenKind StringStart(int pounds)
    {
        var isMultiLine = _text.Slice(_cursor).StartsWith("\"\""u8);
        if (isMultiLine)
            _cursor += 2;
        if (_scopeCount == _scopes.Length)
            Array.Resize(ref _scopes, Math.Max(8, _scopeCount * 2));
        _scopes[_scopeCount++] = new StringScope(isMultiLine, pounds);
        _isInString = true;
        _atStringEnd = false;
        return isMultiLine ? TokenKind.MultiLineStringStart : TokenKind.StringStart;
    }

    private TokenKind NextInString()
    {
        ref var scope = ref _scopes[_scopeCount - 1];
        if (_atStringEnd)
        {
            _cursor += (scope.IsMultiLine ? 3 : 1) + scope.Pounds;
            _atStringEnd = false;
            _scopeCount--;
            _isInString = false;
            return TokenKind.StringEnd;
        }
        if (Ahead < 0)
            return TokenKind.EndOfFile;
        if (_atEscape)
        {
            _atEscape = false;
            _cursor += scope.Pounds + 1;
            return Escape(ref scope);
        }
        if (!scope.IsMultiLine)
        {
            Piece(scope.Pounds);
            return TokenKind.StringPart;
        }
        if (Ahead is '\r' or '\n')
        {
            if (_text[_cursor++] == '\r')
                If('\n');
            return TokenKind.StringNewLine;
        }
        MultiLinePiece(scope.Pounds);
        return TokenKind.StringPart;
    }

    // Up to the string's end or the next escape. Only as many pounds as the string began with make either.
    private void Piece(int pounds)
    {
        var poundsInARow = 0;
        var afterQuote = false;
        var afterBackslash = false;
        for (; _cursor < _text.Length; _cursor++)
        {
            switch (_text[_cursor])
            {
                case (byte)'\n' or (byte)'\r':
                    throw Error(Messages.MissingDelimiter("\"" + new string('#', pounds)), _cursor, _cursor + 1);
                case (byte)'"':
                    afterQuote = true;
                    afterBackslash = false;
                    poundsInARow = 0;
                    break;
                case (byte)'\\':
                    afterQuote = false;
                    afterBackslash = true;
                    poundsInARow = 0;
                    break;
                case (byte)'#':
                    poundsInARow++;
                    break;
                default:
                    afterQuote = afterBackslash = false;
                    poundsInARow = 0;
                    continue;
            }
            if (poundsInARow == pounds && (afterQuote || afterBackslash))
            {
                _atStringEnd = afterQuote;
                _atEscape = afterBackslash;
                _cursor -= pounds;
                return;
            }
        }
    }

    private void MultiLinePiece(int pounds)
    {
        var poundsInARow = 0;
        var quotesInARow = 0;
        var afterBackslash = false;
        for (; _cursor < _text.Length; _cursor++)
        {
            switch (_text[_cursor])
            {
                case (byte)'\n' or (byte)'\r':
                    return;
                case (byte)'"':
                    quotesInARow++;
                    poundsInARow = 0;
                    afterBackslash = false;
                    break;
                case (byte)'\\':
                    quotesInARow = 0;
                    poundsInARow = 0;
                    afterBackslash = true;
                    break;
                case (byte)'#':
                    poundsInARow++;
                    break;
                default:
                    quotesInARow = poundsInARow = 0;
                    afterBackslash = false;
                    continue;
            }
            if (poundsInARow != pounds || (quotesInARow != 3 && !afterBackslash))
                continue;
            _atStringEnd = quotesInARow == 3;
            _atEscape = afterBackslash;
            _cursor -= pounds + (_atStringEnd ? 2 : 0);
            return;
        }
    }

    private TokenKind Escape(ref StringScope scope)
    {
        if (Ahead < 0)
            throw Error(Messages.UnexpectedEndOfFile, _cursor, _cursor);
        var offset = _cursor;
        _cursor += Utf8.LengthOf(_text[offset]);
        switch (_text[offset])
        {
            case (byte)'n': return TokenKind.EscapeNewLine;
            case (byte)'"': return TokenKind.EscapeQuote;
            case (byte)'\\': return TokenKind.EscapeBackslash;
            case (byte)'t': return TokenKind.EscapeTab;
            case (byte)'r': return TokenKind.EscapeReturn;
            case (byte)'u': return UnicodeEscape();
            case (byte)'(':
                scope.OpenParens++;
                _isInString = false;
                return TokenKind.InterpolationStart;
        }
        var end = _cursor;
        _cursor = offset;
        throw Error(Messages.InvalidEscape("\\" + CharacterAhead()), offset - 1, end);
    }

    private TokenKind UnicodeEscape()
    {
        if (Ahead != '{')
            throw AtCursor(Messages.UnexpectedCharacter(CharacterAhead(), "{"));
        do
            _cursor++;
        while (IsDigit(Ahead) || (Ahead | 0x20) is >= 'a' and <= 'z');
        if (!If('}'))
            throw Error(Messages.UnterminatedUnicodeEscape(Printable.Quote(_text.Slice(_start, _cursor - _start))), _start, _cursor);
        return TokenKind.EscapeUnicode;
    }
}
