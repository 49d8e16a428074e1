using System.Text;

namespace Edge.Config.Syntax;

internal static class DocComments
{
    /// <summary>A doc comment's lines without the slashes and one blank behind them, joined by line feeds.</summary>
    public static string TextIn(this DocComment comment, SourceText source)
    {
        // The lexer tells its lines from ordinary comments in between.
        var slice = new SourceText(source.Uri, source.DisplayName, source.Utf8.Slice(comment.Span.Start, comment.Span.Length));
        var lexer = new Lexer(slice);
        var text = new StringBuilder();
        for (var kind = lexer.Next(); kind != TokenKind.EndOfFile; kind = lexer.Next())
        {
            if (kind != TokenKind.DocComment)
                continue;
            if (lexer.Start > 0)
                text.Append('\n');
            var line = slice.Utf8.Span.Slice(lexer.Start + 3, lexer.End - lexer.Start - 3);
            text.Append(Utf8.Decode(line.Length > 0 && line[0] is (byte)' ' or (byte)'\t' or (byte)'\f' ? line.Slice(1) : line));
        }
        return text.ToString();
    }
}
