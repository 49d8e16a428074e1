using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary><c>Int</c></summary>
internal static class IntMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "sign" => static (_, self, _) => Of((long)Math.Sign(Int(self))),
        "abs" => static (evaluator, self, _) => Int(self) == long.MinValue ? throw evaluator.Fail("Integer overflow.") : Of(Math.Abs(Int(self))),
        "ceil" or "floor" or "round" or "truncate" or "toInt" => static (_, self, _) => self,
        "toFloat" => static (_, self, _) => Of((double)Int(self)),
        "toString" => static (_, self, _) => Of(ValueText.Simple(self)!),
        "toRadixString" => static (_, self, arguments) => Of(NumberText.ToRadix(Int(self), (int)Int(arguments[0]))),
        "toFixed" => static (_, self, arguments) => Of(NumberText.ToFixed(Int(self), (int)Int(arguments[0]))),
        // As in Java, of the distance the lowest six bits count.
        "shl" => static (_, self, arguments) => Of(Int(self) << (int)Int(arguments[0])),
        "shr" => static (_, self, arguments) => Of(Int(self) >> (int)Int(arguments[0])),
        "ushr" => static (_, self, arguments) => Of(Int(self) >>> (int)Int(arguments[0])),
        "and" => static (_, self, arguments) => Of(Int(self) & Int(arguments[0])),
        "or" => static (_, self, arguments) => Of(Int(self) | Int(arguments[0])),
        "xor" => static (_, self, arguments) => Of(Int(self) ^ Int(arguments[0])),
        "inv" => static (_, self, _) => Of(~Int(self)),
        "isPositive" => static (_, self, _) => Of(Int(self) >= 0),
        "isFinite" => static (_, _, _) => BooleanValue.True,
        "isInfinite" or "isNaN" => static (_, _, _) => BooleanValue.False,
        "isEven" => static (_, self, _) => Of((Int(self) & 1) == 0),
        "isOdd" => static (_, self, _) => Of((Int(self) & 1) != 0),
        "isNonZero" => static (_, self, _) => Of(Int(self) != 0),
        "isBetween" => static (_, self, arguments) => Of(NumberMembers.IsBetween(self, arguments[0], arguments[1])),
        "toChar" => static (evaluator, self, _) => Int(self) is >= 0 and <= 0x10FFFF
            ? Of(CharOf((int)Int(self)))
            : throw evaluator.Fail($"Decimal `{Grouped(Int(self))}` is not a valid Unicode code point."),
        _ => NumberMembers.Find(member),
    };

    // A surrogate's code point has no UTF-16 but itself.
    private static string CharOf(int codePoint) =>
        codePoint is >= 0xD800 and <= 0xDFFF ? ((char)codePoint).ToString() : char.ConvertFromUtf32(codePoint);
}

/// <summary><c>Float</c></summary>
internal static class FloatMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "sign" => static (_, self, _) => Of(Number(self) is var number && (double.IsNaN(number) || number == 0) ? number : Math.Sign(number)),
        "abs" => static (_, self, _) => Of(Math.Abs(Number(self))),
        "ceil" => static (_, self, _) => Of(Math.Ceiling(Number(self))),
        "floor" => static (_, self, _) => Of(Math.Floor(Number(self))),
        "round" => static (_, self, _) => Of(Math.Round(Number(self), MidpointRounding.ToEven)),
        "truncate" => static (_, self, _) => Of(Math.Truncate(Number(self))),
        "toInt" => static (evaluator, self, _) => ToInt(evaluator, Number(self)),
        "toFloat" => static (_, self, _) => self,
        "toString" => static (_, self, _) => Of(ValueText.Simple(self)!),
        "toFixed" => static (_, self, arguments) => Of(NumberText.ToFixed(Number(self), (int)Int(arguments[0]))),
        "isPositive" => static (_, self, _) => Of(Number(self) >= 0),
        "isFinite" => static (_, self, _) => Of(double.IsFinite(Number(self))),
        "isInfinite" => static (_, self, _) => Of(double.IsInfinity(Number(self))),
        "isNaN" => static (_, self, _) => Of(double.IsNaN(Number(self))),
        "isNonZero" => static (_, self, _) => Of(Number(self) != 0),
        "isBetween" => static (_, self, arguments) => Of(NumberMembers.IsBetween(self, arguments[0], arguments[1])),
        _ => NumberMembers.Find(member),
    };

    private static Value ToInt(Evaluator evaluator, double number)
    {
        var truncated = Math.Truncate(number);
        if (truncated is >= -9223372036854775808.0 and < 9223372036854775808.0) return Of((long)truncated);
        throw evaluator.Fail(double.IsFinite(number)
            ? $"Cannot convert Float `{NumberText.Of(number)}` to Int because it is too large."
            : $"Cannot convert non-finite Float `{NumberText.Of(number)}` to Int.");
    }
}

/// <summary>What <c>Int</c> and <c>Float</c> have in common: making durations and data sizes.</summary>
internal static class NumberMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "ns" => static (_, self, _) => new DurationValue(Number(self), DurationUnit.Nanoseconds),
        "us" => static (_, self, _) => new DurationValue(Number(self), DurationUnit.Microseconds),
        "ms" => static (_, self, _) => new DurationValue(Number(self), DurationUnit.Milliseconds),
        "s" => static (_, self, _) => new DurationValue(Number(self), DurationUnit.Seconds),
        "min" => static (_, self, _) => new DurationValue(Number(self), DurationUnit.Minutes),
        "h" => static (_, self, _) => new DurationValue(Number(self), DurationUnit.Hours),
        "d" => static (_, self, _) => new DurationValue(Number(self), DurationUnit.Days),
        "toDuration" => static (_, self, arguments) => new DurationValue(Number(self), DurationMembers.UnitOf(Text(arguments[0]))),
        "b" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Bytes),
        "kb" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Kilobytes),
        "kib" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Kibibytes),
        "mb" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Megabytes),
        "mib" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Mebibytes),
        "gb" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Gigabytes),
        "gib" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Gibibytes),
        "tb" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Terabytes),
        "tib" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Tebibytes),
        "pb" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Petabytes),
        "pib" => static (_, self, _) => new DataSizeValue(Number(self), DataSizeUnit.Pebibytes),
        "toDataSize" => static (_, self, arguments) => new DataSizeValue(Number(self), DataSizeMembers.UnitOf(Text(arguments[0]))),
        _ => null,
    };

    public static bool IsBetween(Value number, Value start, Value end) => IsAtMost(start, number) && IsAtMost(number, end);

    private static bool IsAtMost(Value left, Value right) =>
        left is IntValue a && right is IntValue b ? a.Value <= b.Value : Number(left) <= Number(right);
}
