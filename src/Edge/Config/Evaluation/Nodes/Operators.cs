using Edge.Config.Evaluation;

namespace Edge.Config.Syntax;

internal sealed partial class UnaryMinusExpression
{
    internal override Value Evaluate(Frame frame)
    {
        var operand = Operand.Evaluate(frame);
        Value result;
        switch (operand)
        {
            case IntValue { Value: long.MinValue }:
                throw frame.Evaluator.FailAt(frame.Module, Span, "Integer overflow.");
            case IntValue number:
                result = IntValue.Of(-number.Value);
                break;
            case FloatValue number:
                result = new FloatValue(-number.Value);
                break;
            case DurationValue duration:
                result = new DurationValue(-duration.Value, duration.Unit);
                break;
            case DataSizeValue size:
                result = new DataSizeValue(-size.Value, size.Unit);
                break;
            default:
                throw frame.Evaluator.FailOperator(frame.Module, Span, "-", operand);
        }
        return operand.FromEnvironment ? result.MarkFromEnvironment() : result;
    }
}

internal sealed partial class LogicalNotExpression
{
    internal override Value Evaluate(Frame frame) =>
        Operand.Evaluate(frame) is var operand && operand is BooleanValue boolean
            ? BooleanValue.Of(!boolean.Value)
            : throw frame.Evaluator.FailOperator(frame.Module, Span, "!", operand);
}

internal sealed partial class BinaryExpression
{
    internal override Value Evaluate(Frame frame)
    {
        var left = Left.Evaluate(frame);
        switch (Operator)
        {
            case BinaryOperator.Coalesce:
                return left is NullValue ? Right.Evaluate(frame) : left;
            case BinaryOperator.And:
            case BinaryOperator.Or:
                return EvaluateLogical(frame, left);
        }
        var right = Right.Evaluate(frame);
        var evaluator = frame.Evaluator;
        if (left is IntValue a && right is IntValue b && !(left.FromEnvironment | right.FromEnvironment)) return OnInts(frame, a, b);
        evaluator.At(frame.Module, Span);
        if (Operator == BinaryOperator.Pipe)
            return right is FunctionValue function ? evaluator.Call(function, left) : throw Undefined(frame, left, right);
        var result = Operator switch
        {
            BinaryOperator.Equal => BooleanValue.Of(Value.AreEqual(left, right)),
            BinaryOperator.NotEqual => BooleanValue.Of(!Value.AreEqual(left, right)),
            BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual =>
                Compare(frame, left, right),
            BinaryOperator.Add => Add(frame, left, right),
            _ => Arithmetic.Apply(Operator, left, right, out var failure)
                ?? throw (failure is null ? Undefined(frame, left, right) : evaluator.FailAt(frame.Module, Span, failure)),
        };
        return left.FromEnvironment | right.FromEnvironment ? result.MarkFromEnvironment() : result;
    }

    private Value EvaluateLogical(Frame frame, Value left)
    {
        if (left is not BooleanValue first)
            throw frame.Evaluator.FailOperatorLeft(frame.Module, Span, Symbol(Operator), left);
        if (first.Value == (Operator == BinaryOperator.Or)) return first;
        var right = Right.Evaluate(frame);
        return right is BooleanValue ? right : throw Undefined(frame, left, right);
    }

    private Value OnInts(Frame frame, IntValue left, IntValue right)
    {
        var a = left.Value;
        var b = right.Value;
        switch (Operator)
        {
            case BinaryOperator.Equal: return BooleanValue.Of(a == b);
            case BinaryOperator.NotEqual: return BooleanValue.Of(a != b);
            case BinaryOperator.Less: return BooleanValue.Of(a < b);
            case BinaryOperator.LessOrEqual: return BooleanValue.Of(a <= b);
            case BinaryOperator.Greater: return BooleanValue.Of(a > b);
            case BinaryOperator.GreaterOrEqual: return BooleanValue.Of(a >= b);
            case BinaryOperator.Add:
            {
                var sum = unchecked(a + b);
                return ((a ^ sum) & (b ^ sum)) >= 0 ? IntValue.Of(sum) : throw Overflow(frame);
            }
            case BinaryOperator.Subtract:
            {
                var difference = unchecked(a - b);
                return ((a ^ b) & (a ^ difference)) >= 0 ? IntValue.Of(difference) : throw Overflow(frame);
            }
            case BinaryOperator.Multiply:
            {
                var high = Math.BigMul(a, b, out var low);
                return high == low >> 63 ? IntValue.Of(low) : throw Overflow(frame);
            }
            default:
                return Arithmetic.Apply(Operator, left, right, out var failure)
                    ?? throw (failure is null ? Undefined(frame, left, right) : frame.Evaluator.FailAt(frame.Module, Span, failure));
        }
    }

    private EvaluationException Overflow(Frame frame) => frame.Evaluator.FailAt(frame.Module, Span, "Integer overflow.");

    private EvaluationException Undefined(Frame frame, Value left, Value right) =>
        frame.Evaluator.FailOperator(frame.Module, Span, Symbol(Operator), left, right);

    private BooleanValue Compare(Frame frame, Value left, Value right)
    {
        double? difference = (left, right) switch
        {
            (IntValue a, IntValue b) => a.Value.CompareTo(b.Value),
            (IntValue a, FloatValue b) => Difference(a.Value, b.Value),
            (FloatValue a, IntValue b) => Difference(a.Value, b.Value),
            (FloatValue a, FloatValue b) => Difference(a.Value, b.Value),
            (StringValue a, StringValue b) => string.CompareOrdinal(a.Value, b.Value),
            (DurationValue a, DurationValue b) => a.CompareTo(b),
            (DataSizeValue a, DataSizeValue b) => a.CompareTo(b),
            _ => null,
        };
        if (difference is not { } d) throw Undefined(frame, left, right);
        return BooleanValue.Of(Operator switch
        {
            BinaryOperator.Less => d < 0,
            BinaryOperator.LessOrEqual => d <= 0,
            BinaryOperator.Greater => d > 0,
            _ => d >= 0,
        });
    }

    // NaN compares false with everything, so that it stays NaN here.
    private static double Difference(double a, double b) => a < b ? -1 : a > b ? 1 : a == b ? 0 : double.NaN;

    private Value Add(Frame frame, Value left, Value right)
    {
        var evaluator = frame.Evaluator;
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                evaluator.Account(a.Value.Length + b.Value.Length);
                return new StringValue(a.Value + b.Value);
            case (ListValue or SetValue, ListValue or SetValue):
                return Concatenate(evaluator, left, right);
            case (MapValue a, MapValue b):
                evaluator.Account(a.Entries.Length + b.Entries.Length);
                return new MapValue(a.Entries.AddRange(b.Entries));
            case (BytesValue a, BytesValue b):
                evaluator.Account(a.Value.Length + b.Value.Length);
                return new BytesValue((byte[])[.. a.Value.Span, .. b.Value.Span]);
            default:
                return Arithmetic.Apply(Operator, left, right, out var failure)
                    ?? throw (failure is null ? Undefined(frame, left, right) : evaluator.FailAt(frame.Module, Span, failure));
        }
    }

    private static Value Concatenate(Evaluator evaluator, Value left, Value right)
    {
        var first = left is ListValue list ? list.Items : ((SetValue)left).Items;
        var second = right is ListValue other ? other.Items : ((SetValue)right).Items;
        evaluator.Account(first.Length + second.Length);
        var items = first.AddRange(second);
        return left is ListValue ? new ListValue(items) : new SetValue(items);
    }

    internal static string Symbol(BinaryOperator op) => op switch
    {
        BinaryOperator.Coalesce => "??",
        BinaryOperator.Pipe => "|>",
        BinaryOperator.Or => "||",
        BinaryOperator.And => "&&",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.Greater => ">",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.IntegerDivide => "~/",
        BinaryOperator.Remainder => "%",
        _ => "**",
    };
}
