using Edge.Config.Evaluation;

namespace Edge.Config.Syntax;

internal sealed partial class IfExpression
{
    internal override Value Evaluate(Frame frame)
    {
        var condition = Condition.Evaluate(frame);
        if (condition is BooleanValue boolean) return boolean.Value ? Then.Evaluate(frame) : Else.Evaluate(frame);
        frame.Evaluator.At(frame.Module, Condition.Span);
        throw frame.Evaluator.FailType(condition, frame.Evaluator.Base.Boolean);
    }
}

internal sealed partial class LetExpression
{
    private LexicalLevel? _level;

    internal override Value Evaluate(Frame frame)
    {
        _level ??= new LexicalLevel(LevelKind.Function, null, Parameter.Name?.Text);
        var value = Binding.Evaluate(frame);
        var evaluator = frame.Evaluator;
        evaluator.At(frame.Module, Span);
        evaluator.Enter(frame.Module, this);
        Value[] arguments = [value];
        var inner = new Frame(frame, _level, arguments);
        if (Parameter.Type is not null)
        {
            evaluator.At(frame.Module, Parameter.Type.Span);
            arguments[0] = frame.Module.TypeOf(Parameter.Type).CheckOrThrow(inner, value);
        }
        var result = Body.Evaluate(inner);
        evaluator.Leave();
        return result;
    }
}

internal sealed partial class FunctionLiteral
{
    private LexicalLevel? _level;

    internal LexicalLevel Level => _level ??= new LexicalLevel(LevelKind.Function, null, LexicalLevel.NamesOf(Parameters));

    internal override Value Evaluate(Frame frame) => new LambdaValue(this, frame);
}

internal sealed partial class NonNullExpression
{
    internal override Value Evaluate(Frame frame) =>
        Operand.Evaluate(frame) is var value && value is not NullValue
            ? value
            : throw frame.Evaluator.FailAt(frame.Module, Operand.Span, "Expected a non-null value, but got `null`.");
}

internal sealed partial class TypeTestExpression
{
    internal override Value Evaluate(Frame frame)
    {
        var value = Operand.Evaluate(frame);
        frame.Evaluator.At(frame.Module, Span);
        TypeMismatch? mismatch = null;
        return BooleanValue.Of(frame.Module.TypeOf(Type).Check(frame, value, eager: true, ref mismatch) is not null);
    }
}

internal sealed partial class TypeCastExpression
{
    internal override Value Evaluate(Frame frame)
    {
        var value = Operand.Evaluate(frame);
        frame.Evaluator.At(frame.Module, Span);
        return frame.Module.TypeOf(Type).CheckOrThrow(frame, value);
    }
}
