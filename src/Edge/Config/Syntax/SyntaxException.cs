namespace Edge.Config.Syntax;

/// <summary>Source text that is not Pkl. The message's first paragraph is the headline; a second one says what to do.</summary>
internal sealed class SyntaxException(string message, SourceSpan span, SourceText source) : Exception(message)
{
    public SourceSpan Span { get; } = span;

    public SourceText Text { get; } = source;

    /// <summary>What had been read of the module's declaration: its <c>minPklVersion</c> explains many an error.</summary>
    public ModuleDeclaration? Declaration { get; internal set; }

    public string Headline => Message.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and var end ? Message.Substring(0, end) : Message;

    public string? Advice => Message.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and var end ? Message.Substring(end + 2) : null;
}
