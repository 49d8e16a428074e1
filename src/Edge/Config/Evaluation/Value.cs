using System.Runtime.CompilerServices;

namespace Edge.Config.Evaluation;

/// <summary>
/// A Pkl value. Scalars and collections are immutable; an <c>ObjectValue</c> computes its members when they are read.
/// <see cref="object.Equals(object)"/> and <see cref="object.GetHashCode"/> are how collections, keys and members compare: they
/// force objects, so they may throw <c>EvaluationException</c>. The operator <c>==</c> is <see cref="AreEqual"/>.
/// </summary>
internal abstract class Value
{
    /// <summary>
    /// Whether the value, or a value that it was computed from, came from the environment: it is masked wherever it would be
    /// printed. Operators, interpolation and library methods hand it on.
    /// </summary>
    public bool FromEnvironment { get; init; }

    /// <summary>
    /// Whether the value or, in a collection, one of its parts came from the environment. A collection is not marked itself: one secret in
    /// it does not hide its neighbours. But a text that is made of it as a whole is.
    /// </summary>
    public virtual bool HoldsEnvironment => FromEnvironment;

    /// <summary>The same value, marked as coming from the environment. Null and booleans are shared and never marked.</summary>
    public virtual Value MarkFromEnvironment() => this;

    /// <summary>
    /// The operator <c>==</c>. It differs from <see cref="Equals(object)"/> in numbers only: <c>1 == 1.0</c>, <c>0.0 == -0.0</c> and
    /// <c>NaN != NaN</c> hold, but <c>List(1) != List(1.0)</c> and <c>Set(NaN, NaN)</c> has one element.
    /// </summary>
    public static bool AreEqual(Value left, Value right) => (left, right) switch
    {
        (IntValue a, FloatValue b) => a.Value == b.Value,
        (FloatValue a, IntValue b) => a.Value == b.Value,
        (FloatValue a, FloatValue b) => a.Value == b.Value,
        _ => left.Equals(right),
    };

    /// <summary>Called by values that hold values, before they go into them: nesting is the program's to choose.</summary>
    /// <exception cref="EvaluationException">They are nested too deeply for the stack.</exception>
    internal static void GuardDepth()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new EvaluationException("A stack overflow occurred.", []);
    }

    public abstract override bool Equals(object? obj);

    public abstract override int GetHashCode();
}
