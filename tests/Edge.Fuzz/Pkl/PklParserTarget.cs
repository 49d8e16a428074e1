using Edge.Config.Syntax;

namespace Edge.Fuzz.Pkl;

/// <summary>Text parses or is refused at a place in it; a tree survives being written and read.</summary>
internal sealed class PklParserTarget : FuzzTarget
{
    public override string Name => "pkl-parser";

    public override IReadOnlyList<byte[]> Seeds => PklSources.Snippets;

    public override IReadOnlyList<byte[]> Words => PklSources.Words;

    public override int Run(byte[] input)
    {
        var source = new SourceText("file:///fuzz.pkl", "fuzz.pkl", input);
        ModuleSyntax module;
        try
        {
            module = Parser.Parse(source);
        }
        catch (SyntaxException e)
        {
            CheckError(e, source);
            return HashCode.Combine(e.Headline.Length, e.Headline[0], e.Advice?.Length);
        }
        Check(module.Span.Start >= 0 && module.Span.End <= input.Length, "The module lies in the text.");
        var bytes = SyntaxWriter.Write(module);
        Check(SyntaxWriter.Write(new SyntaxBlob(bytes).Read()).AsSpan().SequenceEqual(bytes), "A tree that is written and read is the same tree.");
        return HashCode.Combine(module.Members.Length, bytes.Length / 64);
    }

    internal static void CheckError(SyntaxException e, SourceText source)
    {
        Check(e.Span.Start >= 0 && e.Span.Length >= 0 && e.Span.End <= source.Utf8.Length, "An error is at a place in the text.");
        Check(ReferenceEquals(e.Text, source), "An error is about the text that was parsed.");
        Check(e.Headline.Length > 0 && e.Message.Length < 4 * Printable.MaxBytes && IsPrintable(e.Message), "An error says something that a terminal can show.");
        var excerpt = Excerpt.Of(source, e.Span);
        Check(excerpt.Contains('^') && IsPrintable(excerpt), "An error has an excerpt with carets that a terminal can show.");
    }

    private static bool IsPrintable(string text) => text.All(static c => !char.IsControl(c) || c is '\n' or '\r' or '\t');
}
