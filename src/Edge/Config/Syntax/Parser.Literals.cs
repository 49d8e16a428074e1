using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Edge.Config.Syntax;

internal ref partial struct Parser
{
    private IntLiteral Int(Token token)
    {
        var digits = Bytes(token.Span);
        var radix = token.Kind switch { TokenKind.Hex => 16u, TokenKind.Binary => 2u, TokenKind.Octal => 8u, _ => 10u };
        // As in Pkl, `0X` is lexed but is no number.
        var isInRange = radix == 10 || digits[1] >= 'a';
        ulong value = 0;
        foreach (var b in radix == 10 ? digits : digits.Slice(2))
        {
            if (b == '_')
                continue;
            var digit = (uint)(b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10);
            isInRange &= value <= (ulong.MaxValue - digit) / radix;
            value = unchecked((value * radix) + digit);
        }
        if (!isInRange || value > long.MaxValue)
        {
            _isMinimum = _overflow is null && isInRange && value == 1UL << 63;
            _overflow ??= Error(Messages.IntTooLarge(Printable.Quote(digits)), token.Span);
        }
        return new IntLiteral(token.Span, unchecked((long)value));
    }

    private FloatLiteral Float(Token token) =>
        new(token.Span, double.Parse(Text(token.Span).Replace("_", ""), NumberStyles.Float, CultureInfo.InvariantCulture));

    private StringConstant StringConstant()
    {
        var start = Expect(TokenKind.StringStart, "\"");
        if (Kind == TokenKind.StringPart)
        {
            var only = Take();
            if (Kind == TokenKind.StringEnd)
                return new StringConstant(SourceSpan.Cover(start.Span, Take().Span), Text(only.Span));
            Builder().Append(Text(only.Span));
        }
        while (Kind != TokenKind.StringEnd)
        {
            if (Kind == TokenKind.InterpolationStart)
                throw Error(Messages.InterpolationInConstant);
            AppendPiece(start);
        }
        return new StringConstant(SourceSpan.Cover(start.Span, Take().Span), TakeText());
    }

    private StringLiteral SingleLineString()
    {
        var start = Take();
        var parts = ImmutableArray.CreateBuilder<StringPart>(1);
        if (Kind == TokenKind.StringPart)
        {
            var only = Take();
            if (Kind == TokenKind.StringEnd)
            {
                if (only.Start != only.End)
                    parts.Add(new StringPart(only.Span, Text(only.Span), null));
                return new StringLiteral(SourceSpan.Cover(start.Span, Take().Span), parts.ToImmutable());
            }
            Builder().Append(Text(only.Span));
        }
        var textStart = start.End;
        while (Kind != TokenKind.StringEnd)
        {
            if (Kind == TokenKind.InterpolationStart)
            {
                AddText(parts, textStart, _token.Start);
                parts.Add(Interpolation());
                textStart = parts[parts.Count - 1].Span.End;
            }
            else
            {
                AppendPiece(start);
            }
        }
        AddText(parts, textStart, _token.Start);
        return new StringLiteral(SourceSpan.Cover(start.Span, Take().Span), parts.ToImmutable());
    }

    private void AddText(ImmutableArray<StringPart>.Builder parts, int start, int end)
    {
        if (Builder().Length > 0)
            parts.Add(new StringPart(SourceSpan.FromBounds(start, end), TakeText(), null));
    }

    private StringPart Interpolation()
    {
        var start = Take().Start;
        var expression = Expression(")");
        return new StringPart(SourceSpan.FromBounds(start, Expect(TokenKind.RightParen, ")").End), null, expression);
    }

    private void AppendPiece(Token stringStart)
    {
        if (Kind == TokenKind.EndOfFile)
            throw Error(MissingEnd(stringStart));
        Append(Take());
    }

    // The delimiter that closes is the one that opened, reversed.
    private readonly string MissingEnd(Token stringStart)
    {
        var start = Bytes(stringStart.Span);
        var pounds = start.IndexOf((byte)'"');
        return Messages.MissingDelimiter(new string('"', start.Length - pounds) + new string('#', pounds));
    }

    private void Append(Token piece)
    {
        var builder = Builder();
        switch (piece.Kind)
        {
            case TokenKind.StringPart:
                builder.Append(Text(piece.Span));
                break;
            case TokenKind.EscapeNewLine or TokenKind.StringNewLine:
                builder.Append('\n');
                break;
            case TokenKind.EscapeTab:
                builder.Append('\t');
                break;
            case TokenKind.EscapeReturn:
                builder.Append('\r');
                break;
            case TokenKind.EscapeQuote:
                builder.Append('"');
                break;
            case TokenKind.EscapeBackslash:
                builder.Append('\\');
                break;
            case TokenKind.EscapeUnicode:
                AppendCodePoint(builder, piece.Span);
                break;
            default:
                throw new InvalidOperationException($"{piece.Kind} inside of a string.");
        }
    }

    // A lone surrogate is allowed, as in Pkl: two of them may make a character.
    private readonly void AppendCodePoint(StringBuilder builder, SourceSpan span)
    {
        var escape = Bytes(span);
        var digits = escape.Slice(escape.IndexOf((byte)'{') + 1);
        digits = digits.Slice(0, digits.Length - 1);
        var point = digits.IsEmpty ? -1 : 0;
        foreach (var b in digits)
        {
            var digit = b <= '9' ? b - '0' : (b | 0x20) <= 'f' ? (b | 0x20) - 'a' + 10 : -1;
            point = digit < 0 || point < 0 || point > 0x10FFFF ? -1 : (point << 4) | digit;
        }
        if (point is < 0 or > 0x10FFFF)
            throw Error(Messages.InvalidUnicodeEscape(Quote(span)), span);
        if (point < 0x10000)
            builder.Append((char)point);
        else
            builder.Append(char.ConvertFromUtf32(point));
    }

    private StringBuilder Builder() => _builder ??= new StringBuilder();

    private string TakeText()
    {
        var text = Builder().ToString();
        _builder!.Clear();
        return text;
    }
}
