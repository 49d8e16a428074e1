namespace Edge.Config.Evaluation;

/// <summary>A lambda with what it closed over, or a function that amends another one's result. Equal to itself only.</summary>
internal abstract class FunctionValue : Value
{
    public abstract int ParameterCount { get; }

    /// <summary>Calls it.</summary>
    /// <exception cref="EvaluationException">also where the number of arguments is wrong</exception>
    internal abstract Value Invoke(Evaluator evaluator, ReadOnlySpan<Value> arguments);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
