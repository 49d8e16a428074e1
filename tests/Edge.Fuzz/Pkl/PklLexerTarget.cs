using Edge.Config.Syntax;

namespace Edge.Fuzz.Pkl;

/// <summary>Tokens follow one another, lie in the text, and there are no more of them than bytes allow.</summary>
internal sealed class PklLexerTarget : FuzzTarget
{
    public override string Name => "pkl-lexer";

    public override IReadOnlyList<byte[]> Seeds => PklSources.Snippets;

    public override IReadOnlyList<byte[]> Words => PklSources.Words;

    // Offsets and kinds only: what is allocated is one error, and the stack of strings that are open.
    public override long AllocationLimit(int inputLength) => 200_000 + (100L * inputLength);

    public override int Run(byte[] input)
    {
        // The lexer's contract is valid UTF-8: the parser checks it first.
        if (Utf8.IndexOfInvalid(input) is >= 0 and var invalid)
            Array.Resize(ref input, invalid);
        Check(Utf8.IndexOfInvalid(input) < 0, "What precedes the first invalid byte is valid.");
        var source = new SourceText("file:///fuzz.pkl", "fuzz.pkl", input);
        var lexer = new Lexer(source);
        var outcome = 0;
        var last = TokenKind.StartOfFile;
        try
        {
            var end = 0;
            for (var steps = 0; ; steps++)
            {
                Check(steps <= (2 * input.Length) + 2, "Every token but a string's part takes at least a byte.");
                var kind = lexer.Next();
                Check(lexer.Start >= end && lexer.End >= lexer.Start && lexer.End <= input.Length, "Tokens follow one another in the text.");
                Check(lexer.End > lexer.Start || kind is TokenKind.StringPart or TokenKind.EndOfFile, "Only a string's part can be empty.");
                if (kind == TokenKind.EndOfFile)
                    return outcome;
                end = lexer.End;
                outcome = HashCode.Combine(last, kind);
                last = kind;
            }
        }
        catch (SyntaxException e)
        {
            PklParserTarget.CheckError(e, source);
            return e.Headline.Length > 12 ? string.GetHashCode(e.Headline.AsSpan(0, 12), StringComparison.Ordinal) : (int)last;
        }
    }
}
