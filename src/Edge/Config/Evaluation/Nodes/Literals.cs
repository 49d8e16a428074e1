using System.Text;
using Edge.Config.Evaluation;

namespace Edge.Config.Syntax;

// How literals and the expressions with a keyword of their own are evaluated. A node may keep only what is true of the syntax
// alone: the tree is shared between evaluations.

internal abstract partial class Expression
{
    /// <exception cref="EvaluationException">where the program fails</exception>
    internal abstract Value Evaluate(Frame frame);
}

internal sealed partial class ThisExpression
{
    internal override Value Evaluate(Frame frame) => frame.This;
}

internal sealed partial class OuterExpression
{
    internal override Value Evaluate(Frame frame)
    {
        var level = frame;
        while (level.Level.Kind == LevelKind.Transparent) level = level.Outer!;
        var outer = level.Outer!;
        return outer.Level.Kind != LevelKind.Root
            ? outer.This
            : throw frame.Evaluator.FailAt(frame.Module, Span, "Top-level scope does not have an outer scope.");
    }
}

internal sealed partial class ModuleExpression
{
    internal override Value Evaluate(Frame frame) => frame.ModuleObject;
}

internal sealed partial class NullLiteral
{
    internal override Value Evaluate(Frame frame) => NullValue.Instance;
}

internal sealed partial class BooleanLiteral
{
    internal override Value Evaluate(Frame frame) => BooleanValue.Of(Value);
}

internal sealed partial class IntLiteral
{
    private IntValue? _value;

    internal override Value Evaluate(Frame frame) => _value ??= IntValue.Of(Value);
}

internal sealed partial class FloatLiteral
{
    private FloatValue? _value;

    internal override Value Evaluate(Frame frame) => _value ??= new FloatValue(Value);
}

internal sealed partial class StringLiteral
{
    private StringValue? _value;

    internal override Value Evaluate(Frame frame) => IsConstant ? _value ??= new StringValue(ConstantText) : Interpolate(frame);

    private StringValue Interpolate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var text = new StringBuilder();
        var fromEnvironment = false;
        foreach (var part in Parts)
        {
            if (part.Interpolation is null)
            {
                text.Append(part.Text);
                continue;
            }
            var value = part.Interpolation.Evaluate(frame);
            evaluator.At(frame.Module, part.Span);
            var rendered = evaluator.ToText(value);
            text.Append(rendered.Value);
            fromEnvironment |= value.FromEnvironment | rendered.FromEnvironment;
        }
        evaluator.At(frame.Module, Span);
        evaluator.Account(text.Length);
        return new StringValue(text.ToString()) { FromEnvironment = fromEnvironment };
    }
}

internal sealed partial class ThrowExpression
{
    internal override Value Evaluate(Frame frame)
    {
        var message = Message.Evaluate(frame);
        frame.Evaluator.At(frame.Module, Span);
        if (message is not StringValue text) throw frame.Evaluator.FailType(message, frame.Evaluator.Base.String);
        // A secret that the program puts into its message stays one.
        throw frame.Evaluator.Fail(text.FromEnvironment ? "(the error's message is made from the environment and is not shown)" : text.Value);
    }
}

internal sealed partial class TraceExpression
{
    internal override Value Evaluate(Frame frame)
    {
        var value = Value.Evaluate(frame);
        frame.Evaluator.At(frame.Module, Span);
        frame.Evaluator.Trace(frame.Module, Value.Span, value);
        return value;
    }
}

internal sealed partial class ImportExpression
{
    internal override Value Evaluate(Frame frame) => frame.Module.Import(Uri, IsGlob, Span);
}

internal sealed partial class ReadExpression
{
    internal override Value Evaluate(Frame frame)
    {
        var uri = Uri.Evaluate(frame);
        var evaluator = frame.Evaluator;
        evaluator.At(frame.Module, Span);
        if (uri is not StringValue text) throw evaluator.FailType(uri, evaluator.Base.String);
        return evaluator.Resources.Read(frame.Module, text.Value, Kind);
    }
}

internal sealed partial class ParenthesizedExpression
{
    internal override Value Evaluate(Frame frame) => Inner.Evaluate(frame);
}
