namespace Edge.Config.Syntax;

/// <summary>A token and what stood between it and the one before: Pkl's grammar asks for line ends and semicolons in a few places.</summary>
internal readonly struct Token(TokenKind kind, int start, int end, int lineEndsBefore, bool isAfterSemicolon)
{
    public TokenKind Kind { get; } = kind;

    public int Start { get; } = start;

    public int End { get; } = end;

    /// <summary>Line feeds outside of comments.</summary>
    public int LineEndsBefore { get; } = lineEndsBefore;

    public bool IsAfterSemicolon { get; } = isAfterSemicolon;

    public SourceSpan Span => SourceSpan.FromBounds(Start, End);

    /// <summary>Only then can it continue the expression before: a subscript, an argument list, a binary minus.</summary>
    public bool IsOnSameLine => LineEndsBefore == 0 && !IsAfterSemicolon;
}
