using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary><c>pkl:math</c></summary>
internal static class MathMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "minInt" => static (_, _, _) => Of(long.MinValue),
        "minInt8" => static (_, _, _) => Of((long)sbyte.MinValue),
        "minInt16" => static (_, _, _) => Of((long)short.MinValue),
        "minInt32" => static (_, _, _) => Of((long)int.MinValue),
        "maxInt" or "maxUInt" => static (_, _, _) => Of(long.MaxValue),
        "maxInt8" => static (_, _, _) => Of((long)sbyte.MaxValue),
        "maxInt16" => static (_, _, _) => Of((long)short.MaxValue),
        "maxInt32" => static (_, _, _) => Of((long)int.MaxValue),
        "maxUInt8" => static (_, _, _) => Of((long)byte.MaxValue),
        "maxUInt16" => static (_, _, _) => Of((long)ushort.MaxValue),
        "maxUInt32" => static (_, _, _) => Of((long)uint.MaxValue),
        "minFiniteFloat" => static (_, _, _) => Of(double.MinValue),
        "maxFiniteFloat" => static (_, _, _) => Of(double.MaxValue),
        "minPositiveFloat" => static (_, _, _) => Of(double.Epsilon),
        "e" => static (_, _, _) => Of(Math.E),
        "pi" => static (_, _, _) => Of(Math.PI),
        "exp" => static (_, _, arguments) => Of(StrictMath.Exp(Number(arguments[0]))),
        "sqrt" => static (_, _, arguments) => Of(Math.Sqrt(Number(arguments[0]))),
        "cbrt" => static (_, _, arguments) => Of(StrictMath.Cbrt(Number(arguments[0]))),
        "log" => static (_, _, arguments) => Of(StrictMath.Log(Number(arguments[0]))),
        "log2" => static (_, _, arguments) => Of(StrictMath.Log(Number(arguments[0])) / StrictMath.Log(2)),
        "log10" => static (_, _, arguments) => Of(StrictMath.Log10(Number(arguments[0]))),
        "sin" => static (_, _, arguments) => Of(StrictMath.Sin(Number(arguments[0]))),
        "cos" => static (_, _, arguments) => Of(StrictMath.Cos(Number(arguments[0]))),
        "tan" => static (_, _, arguments) => Of(StrictMath.Tan(Number(arguments[0]))),
        "asin" => static (_, _, arguments) => Of(StrictMath.Asin(Number(arguments[0]))),
        "acos" => static (_, _, arguments) => Of(StrictMath.Acos(Number(arguments[0]))),
        "atan" => static (_, _, arguments) => Of(StrictMath.Atan(Number(arguments[0]))),
        "atan2" => static (_, _, arguments) => Of(StrictMath.Atan2(Number(arguments[0]), Number(arguments[1]))),
        "gcd" => static (evaluator, _, arguments) => Of(GreatestCommonDivisor(evaluator, Int(arguments[0]), Int(arguments[1]))),
        "lcm" => LeastCommonMultiple,
        "isPowerOfTwo" => static (_, _, arguments) => Of(arguments[0] is IntValue number
            ? long.IsPow2(number.Value)
            : Number(arguments[0]) is var x && double.IsFinite(x) && double.IsPow2(x)),
        "min" => static (_, _, arguments) => arguments[0] is IntValue x && arguments[1] is IntValue y
            ? Of(Math.Min(x.Value, y.Value))
            : Of(Math.Min(Number(arguments[0]), Number(arguments[1]))),
        "max" => static (_, _, arguments) => arguments[0] is IntValue x && arguments[1] is IntValue y
            ? Of(Math.Max(x.Value, y.Value))
            : Of(Math.Max(Number(arguments[0]), Number(arguments[1]))),
        _ => null,
    };

    private static long GreatestCommonDivisor(Evaluator evaluator, long x, long y)
    {
        foreach (var number in (ReadOnlySpan<long>)[x, y])
            if (number < 0)
                throw evaluator.Fail($"Expected a positive number, but got `{Grouped(number)}`.");
        while (y != 0) (x, y) = (y, x % y);
        return x;
    }

    private static Value LeastCommonMultiple(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var (x, y) = (Int(arguments[0]), Int(arguments[1]));
        var divisor = GreatestCommonDivisor(evaluator, x, y);
        if (x == 0 || y == 0) return Of(0L);
        var result = (Int128)(x / divisor) * y;
        return result <= long.MaxValue ? Of((long)result) : throw evaluator.Fail("Integer overflow.");
    }
}
