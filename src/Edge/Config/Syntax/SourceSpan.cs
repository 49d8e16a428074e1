namespace Edge.Config.Syntax;

/// <summary>A stretch of a source file: byte offsets into its UTF-8 text, <see cref="End"/> exclusive.</summary>
internal readonly struct SourceSpan(int start, int length) : IEquatable<SourceSpan>
{
    public int Start { get; } = start;

    public int Length { get; } = length;

    public int End => Start + Length;

    public static SourceSpan FromBounds(int start, int end) => new(start, end - start);

    /// <summary>The shortest span that holds both.</summary>
    public static SourceSpan Cover(SourceSpan first, SourceSpan last) =>
        FromBounds(Math.Min(first.Start, last.Start), Math.Max(first.End, last.End));

    public bool Equals(SourceSpan other) => Start == other.Start && Length == other.Length;

    public override bool Equals(object? obj) => obj is SourceSpan other && Equals(other);

    public override int GetHashCode() => (Start * 397) ^ Length;

    public override string ToString() => $"{Start}..{End}";
}
