using System.Collections.Immutable;

namespace Edge.Config.Syntax;

internal ref partial struct Parser
{
    /// <summary>A token inside of a multi-line string, or an interpolation.</summary>
    private readonly struct Piece(Token token, StringPart? interpolation)
    {
        public readonly Token Token = token;
        public readonly StringPart? Interpolation = interpolation;

        public SourceSpan Span => Interpolation?.Span ?? Token.Span;

        public bool Is(TokenKind kind) => Interpolation is null && Token.Kind == kind;
    }

    // The last line holds the indentation that all others lose, so the pieces are gathered first.
    private StringLiteral MultiLineString()
    {
        var start = Take();
        var pieces = new List<Piece>();
        while (Kind != TokenKind.StringEnd)
        {
            if (Kind == TokenKind.EndOfFile)
                throw Error(MissingEnd(start));
            pieces.Add(Kind == TokenKind.InterpolationStart ? new Piece(default, Interpolation()) : new Piece(Take(), null));
        }
        var span = SourceSpan.Cover(start.Span, Take().Span);
        if (pieces.Count == 0 || !pieces[0].Is(TokenKind.StringNewLine))
            throw Error(Messages.StringContentMustBeginOnNewLine, pieces.Count == 0 ? span : pieces[0].Span);
        return new StringLiteral(span, Unindent(pieces, Indentation(pieces, span)));
    }

    private readonly ReadOnlySpan<byte> Indentation(List<Piece> pieces, SourceSpan span)
    {
        // The lexer ends a string with a part, be it an empty one.
        var last = pieces[pieces.Count - 1];
        if (pieces.Count >= 2 && last.Is(TokenKind.StringPart) && pieces[pieces.Count - 2].Is(TokenKind.StringNewLine))
        {
            var indentation = Bytes(last.Span);
            if (LeadingBlanks(indentation) == indentation.Length)
                return indentation;
        }
        throw Error(Messages.ClosingStringDelimiterMustBeginOnNewLine, span);
    }

    private static int LeadingBlanks(ReadOnlySpan<byte> text)
    {
        var count = 0;
        while (count < text.Length && text[count] is (byte)' ' or (byte)'\t')
            count++;
        return count;
    }

    // All but the line end after the opening delimiter, and the line end and indentation before the closing one.
    private ImmutableArray<StringPart> Unindent(List<Piece> pieces, ReadOnlySpan<byte> indentation)
    {
        var parts = ImmutableArray.CreateBuilder<StringPart>();
        var atLineStart = true;
        var textStart = pieces[0].Span.End;
        for (var i = 1; i < pieces.Count - 2; i++)
        {
            var piece = pieces[i];
            if (piece.Interpolation is not null)
            {
                AddText(parts, textStart, piece.Span.Start);
                parts.Add(piece.Interpolation);
                textStart = piece.Span.End;
                continue;
            }
            if (piece.Token.Kind == TokenKind.StringNewLine)
            {
                Append(piece.Token);
                atLineStart = true;
                continue;
            }
            Append(atLineStart ? WithoutIndentation(piece.Token, indentation) : piece.Token);
            atLineStart = false;
        }
        AddText(parts, textStart, pieces[pieces.Count - 2].Span.Start);
        return parts.ToImmutable();
    }

    private readonly Token WithoutIndentation(Token token, ReadOnlySpan<byte> indentation)
    {
        if (indentation.IsEmpty)
            return token;
        var text = Bytes(token.Span);
        if (token.Kind != TokenKind.StringPart)
            throw Error(Messages.StringIndentationMustMatchLastLine, token.Span);
        if (!text.StartsWith(indentation))
            throw Error(Messages.StringIndentationMustMatchLastLine, SourceSpan.FromBounds(token.Start + LeadingBlanks(text), token.End));
        return new Token(token.Kind, token.Start + indentation.Length, token.End, 0, false);
    }
}
