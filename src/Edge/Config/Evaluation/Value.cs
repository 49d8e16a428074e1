namespace Edge.Config.Evaluation;

/// <summary>
/// A Pkl value. Scalars and collections are immutable; an <c>ObjectValue</c> computes its members when they are read.
/// <see cref="object.Equals(object)"/> and <see cref="object.GetHashCode"/> are Pkl's <c>==</c>: they force objects, so they may
/// throw <c>EvaluationException</c>.
/// </summary>
internal abstract class Value
{
    /// <summary>
    /// Whether the value, or a value that it was computed from, came from the environment: it is masked wherever it would be
    /// printed. Operators, interpolation and library methods hand it on.
    /// </summary>
    public bool FromEnvironment { get; init; }

    /// <summary>The same value, marked as coming from the environment. Null and booleans are shared and never marked.</summary>
    public virtual Value MarkFromEnvironment() => this;

    public abstract override bool Equals(object? obj);

    public abstract override int GetHashCode();
}
