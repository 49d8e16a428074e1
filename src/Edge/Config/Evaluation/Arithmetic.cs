using Edge.Config.Library;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>Pkl's arithmetic on numbers, durations and data sizes, but for what the evaluator does at once on two integers.</summary>
internal static class Arithmetic
{
    /// <summary>The result; null where the operator is not defined for the operands, or with a reason where it fails.</summary>
    public static Value? Apply(BinaryOperator op, Value left, Value right, out string? failure)
    {
        failure = null;
        switch (left, right)
        {
            case (IntValue a, IntValue b):
                return OnInts(op, a.Value, b.Value, out failure);
            case (IntValue or FloatValue, IntValue or FloatValue):
                return OnFloats(op, Number(left), Number(right), out failure);
            case (DurationValue a, DurationValue b):
            {
                var unit = a.Unit <= b.Unit ? b.Unit : a.Unit;
                return OnQuantities(op, a.Unit == unit ? a.Value : a.In(unit), b.Unit == unit ? b.Value : b.In(unit), v => new DurationValue(v, unit), out failure);
            }
            case (DataSizeValue a, DataSizeValue b):
            {
                var unit = a.Unit <= b.Unit ? b.Unit : a.Unit;
                return OnQuantities(op, a.Unit == unit ? a.Value : a.In(unit), b.Unit == unit ? b.Value : b.In(unit), v => new DataSizeValue(v, unit), out failure);
            }
            case (DurationValue a, IntValue or FloatValue):
                return Scale(op, a.Value, Number(right), out failure) is { } scaled ? new DurationValue(scaled, a.Unit) : null;
            case (DataSizeValue a, IntValue or FloatValue):
                return Scale(op, a.Value, Number(right), out failure) is { } size ? new DataSizeValue(size, a.Unit) : null;
            case (IntValue or FloatValue, DurationValue b) when op == BinaryOperator.Multiply:
                return new DurationValue(b.Value * Number(left), b.Unit);
            case (IntValue or FloatValue, DataSizeValue b) when op == BinaryOperator.Multiply:
                return new DataSizeValue(b.Value * Number(left), b.Unit);
            default:
                return null;
        }
    }

    private static double Number(Value value) => value is IntValue number ? number.Value : ((FloatValue)value).Value;

    private static Value? OnInts(BinaryOperator op, long a, long b, out string? failure)
    {
        failure = null;
        try
        {
            switch (op)
            {
                case BinaryOperator.Add: return IntValue.Of(checked(a + b));
                case BinaryOperator.Subtract: return IntValue.Of(checked(a - b));
                case BinaryOperator.Multiply: return IntValue.Of(checked(a * b));
                case BinaryOperator.Divide: return new FloatValue((double)a / b);
                case BinaryOperator.IntegerDivide when b == 0:
                case BinaryOperator.Remainder when b == 0:
                    failure = "Division by zero.";
                    return null;
                case BinaryOperator.IntegerDivide: return IntValue.Of(checked(a / b));
                case BinaryOperator.Remainder: return IntValue.Of(b == -1 ? 0 : a % b);
                case BinaryOperator.Power when b < 0: return new FloatValue(StrictMath.Pow(a, b));
                case BinaryOperator.Power: return IntValue.Of(PowerOf(a, b));
                default: return null;
            }
        }
        catch (OverflowException)
        {
            failure = "Integer overflow.";
            return null;
        }
    }

    private static long PowerOf(long x, long exponent)
    {
        if (x is 0 or 1 or -1) return exponent == 0 ? 1 : x == -1 && exponent % 2 == 0 ? 1 : x;
        var result = 1L;
        for (; exponent > 0; exponent--) result = checked(result * x);
        return result;
    }

    private static Value? OnFloats(BinaryOperator op, double a, double b, out string? failure)
    {
        failure = null;
        return op switch
        {
            BinaryOperator.Add => new FloatValue(a + b),
            BinaryOperator.Subtract => new FloatValue(a - b),
            BinaryOperator.Multiply => new FloatValue(a * b),
            BinaryOperator.Divide => new FloatValue(a / b),
            BinaryOperator.IntegerDivide => Truncate(a, b, out failure) is { } quotient ? IntValue.Of(quotient) : null,
            BinaryOperator.Remainder => new FloatValue(a % b),
            BinaryOperator.Power => new FloatValue(StrictMath.Pow(a, b)),
            _ => null,
        };
    }

    private static Value? OnQuantities(BinaryOperator op, double a, double b, Func<double, Value> make, out string? failure)
    {
        failure = null;
        return op switch
        {
            BinaryOperator.Add => make(a + b),
            BinaryOperator.Subtract => make(a - b),
            BinaryOperator.Divide => new FloatValue(a / b),
            BinaryOperator.IntegerDivide => Truncate(a, b, out failure) is { } quotient ? IntValue.Of(quotient) : null,
            _ => null,
        };
    }

    private static double? Scale(BinaryOperator op, double value, double by, out string? failure)
    {
        failure = null;
        return op switch
        {
            BinaryOperator.Multiply => value * by,
            BinaryOperator.Divide => value / by,
            BinaryOperator.IntegerDivide => Truncate(value, by, out failure),
            BinaryOperator.Remainder => value % by,
            BinaryOperator.Power => StrictMath.Pow(value, by),
            _ => null,
        };
    }

    private static long? Truncate(double a, double b, out string? failure)
    {
        failure = null;
        var quotient = Math.Truncate(a / b);
        if (quotient >= -9223372036854775808.0 && quotient < 9223372036854775808.0) return (long)quotient;
        failure = double.IsFinite(a)
            ? $"Cannot convert Float `{NumberText.Of(a)}` to Int because it is too large."
            : $"Cannot convert non-finite Float `{NumberText.Of(a)}` to Int.";
        return null;
    }
}
