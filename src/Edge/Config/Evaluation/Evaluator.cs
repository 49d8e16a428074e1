using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>Calls a library member that is implemented in C#: a property (no arguments) or a method.</summary>
/// <exception cref="EvaluationException">from <see cref="Evaluator.Fail"/></exception>
internal delegate Value ExternalMember(Evaluator evaluator, Value receiver, ReadOnlySpan<Value> arguments);

/// <summary>A member as the library sees it, its value computed.</summary>
/// <param name="Kind">Property, element or entry.</param>
/// <param name="Key">A property's name as a <see cref="StringValue"/>, an element's index, an entry's key.</param>
/// <param name="Value">The value.</param>
internal readonly record struct MemberView(MemberKind Kind, Value Key, Value Value);

/// <summary>
/// One evaluation: modules, classes, the call stack and the budgets. Not thread-safe; a value belongs to the evaluation that made it.
/// </summary>
internal sealed partial class Evaluator(EvaluationLimits limits)
{
    public EvaluationLimits Limits { get; } = limits;
}
