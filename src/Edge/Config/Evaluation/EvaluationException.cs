using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>A place in a program: where a call was made or an error arose.</summary>
/// <param name="Source">The module's text.</param>
/// <param name="Span">What the caret points at.</param>
/// <param name="Name">The member or function that holds it, such as <c>server#Tls.port</c>; null where there is none.</param>
internal readonly record struct StackFrame(SourceText Source, SourceSpan Span, string? Name);

/// <summary>A value that an error shows on a line of its own: <c>Value: "x"</c>.</summary>
internal readonly record struct ShownValue(string Name, string Text);

/// <summary>The program failed. <see cref="Exception.Message"/> is the headline paragraph.</summary>
internal sealed class EvaluationException : Exception
{
    public EvaluationException(string headline, ImmutableArray<StackFrame> frames, string? hint = null)
        : base(headline)
    {
        Frames = frames;
        Hint = hint;
    }

    public string Headline => Message;

    /// <summary>Innermost first. May be empty: an error before the program started.</summary>
    public ImmutableArray<StackFrame> Frames { get; }

    /// <summary>Candidates, available members and the like; shown after the first frame.</summary>
    public string? Hint { get; init; }

    public ImmutableArray<ShownValue> Values { get; init; } = [];

    /// <summary>Whether a value does not belong to its type: the innermost frame is the type's, the next one the value's.</summary>
    public bool IsTypeMismatch { get; init; }

    /// <summary>The property without a value that was read; null for other errors. Such members are skipped where a partial object is shown.</summary>
    public string? UndefinedProperty { get; init; }

    /// <summary>The object of <see cref="UndefinedProperty"/>.</summary>
    public Value? UndefinedReceiver { get; init; }

    public bool IsUndefinedValue => UndefinedProperty is not null;

    /// <summary>The same error with one more frame, below the innermost.</summary>
    public EvaluationException Beneath(StackFrame? frame) => frame is not { } inserted ? this
        : new(Headline, Frames.Insert(Math.Min(1, Frames.Length), inserted), Hint)
        {
            Values = Values,
            IsTypeMismatch = IsTypeMismatch,
            UndefinedProperty = UndefinedProperty,
            UndefinedReceiver = UndefinedReceiver,
        };

    public EvaluationException WithHint(string hint) => new(Headline, Frames, hint)
    {
        Values = Values,
        IsTypeMismatch = IsTypeMismatch,
        UndefinedProperty = UndefinedProperty,
        UndefinedReceiver = UndefinedReceiver,
    };
}
