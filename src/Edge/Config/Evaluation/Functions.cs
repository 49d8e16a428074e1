using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// The kinds of functions on one page.

/// <summary>A function literal with the frame that it closes over.</summary>
internal sealed class LambdaValue(FunctionLiteral syntax, Frame frame) : FunctionValue
{
    public override int ParameterCount => syntax.Parameters.Length;

    internal override Value Invoke(Evaluator evaluator, ReadOnlySpan<Value> arguments)
    {
        evaluator.Enter(frame.Module, syntax);
        var values = arguments.ToArray();
        var inner = new Frame(frame, syntax.Level, values);
        if (values.Length != syntax.Parameters.Length)
            throw evaluator.FailAt(frame.Module, syntax.Span, $"Expected {syntax.Parameters.Length} function arguments but got {values.Length}.");
        Evaluator.CheckParameters(inner, syntax.Parameters, values, null);
        var result = syntax.Body.Evaluate(inner);
        evaluator.Leave();
        return result;
    }
}

/// <summary>A function that gives the same value for every argument: the <c>default</c> of a typed listing or mapping.</summary>
internal sealed class ConstantFunction(Value value) : FunctionValue
{
    public override int ParameterCount => 1;

    internal override Value Invoke(Evaluator evaluator, ReadOnlySpan<Value> arguments) =>
        arguments.Length == 1 ? value : throw evaluator.Fail($"Expected 1 function arguments but got {arguments.Length}.");
}

/// <summary>The default of a <c>Mixin</c>: gives back its argument, checked.</summary>
internal sealed class IdentityFunction(TypeSyntax syntax, ModuleInstance module, RuntimeType? type) : FunctionValue
{
    public override int ParameterCount => 1;

    internal override Value Invoke(Evaluator evaluator, ReadOnlySpan<Value> arguments)
    {
        if (arguments.Length != 1) throw evaluator.Fail($"Expected 1 function arguments but got {arguments.Length}.");
        if (type is null) return arguments[0];
        evaluator.Enter(module, syntax);
        var result = type.CheckOrThrow(module.Frame, arguments[0]);
        evaluator.Leave();
        return result;
    }
}

/// <summary>
/// <c>(function) { ... }</c>: calls the function and amends its result; where that is a function again, amends that. The body's
/// parameters are those of the first call.
/// </summary>
internal sealed class AmendedFunction(
    FunctionValue inner, Frame frame, ObjectBody body, ImmutableArray<Parameter> parameters, Frame? bound, SourceSpan site, SourceSpan literal) : FunctionValue
{
    private LexicalLevel? _level;

    public override int ParameterCount => inner.ParameterCount;

    internal override Value Invoke(Evaluator evaluator, ReadOnlySpan<Value> arguments)
    {
        evaluator.Enter(frame.Module, body);
        var scope = bound;
        if (scope is null)
        {
            if (!parameters.IsEmpty && parameters.Length != arguments.Length)
                throw evaluator.Fail($"Expected {parameters.Length} function arguments but got {arguments.Length}.");
            var values = parameters.IsEmpty ? [] : arguments.ToArray();
            scope = new Frame(frame, _level ??= new LexicalLevel(LevelKind.Function, null, LexicalLevel.NamesOf(parameters)), values);
            Evaluator.CheckParameters(scope, parameters, values, null);
        }
        evaluator.At(frame.Module, literal);
        var value = evaluator.Call(inner, arguments);
        var result = value is FunctionValue next
            ? new AmendedFunction(next, frame, body, parameters, scope, site, literal)
            : Amendment.Apply(scope, value, body, [], site, literal);
        evaluator.Leave();
        return result;
    }
}
