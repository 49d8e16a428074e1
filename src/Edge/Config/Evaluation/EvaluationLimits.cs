namespace Edge.Config.Evaluation;

/// <summary>What an evaluation may use. Each breach is an <see cref="EvaluationException"/> that names the limit.</summary>
internal sealed record EvaluationLimits
{
    public static readonly EvaluationLimits Default = new();

    /// <summary>Nested member, method and function calls.</summary>
    public int Depth { get; init; } = 10_000;

    /// <summary>Member, method and function calls in all.</summary>
    public long Steps { get; init; } = 10_000_000;

    /// <summary>Members, elements and UTF-16 code units that collections, objects and strings made by the program may hold in all.</summary>
    public long TotalSize { get; init; } = 128 << 20;

    /// <summary>Modules loaded, the main one included.</summary>
    public int Modules { get; init; } = 256;

    /// <summary>Bytes of one module or of one file read.</summary>
    public int FileSize { get; init; } = 8 << 20;
}
