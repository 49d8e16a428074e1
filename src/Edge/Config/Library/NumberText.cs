using System.Globalization;
using System.Text;

namespace Edge.Config.Library;

/// <summary>Numbers as the reference implementation, which runs on Java, writes and reads them.</summary>
internal static class NumberText
{
    /// <summary>
    /// <c>Double.toString</c> of JDK 19 and later: the shortest digits that read back as the same double, at least one on each side
    /// of the point, in scientific notation outside of [1e-3, 1e7).
    /// </summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        var sign = double.IsNegative(value) ? "-" : "";
        if (value == 0) return sign + "0.0";

        var (digits, exponent) = ShortestDigits(Math.Abs(value));
        return exponent switch
        {
            >= 0 and < 7 => sign + digits.PadRight(exponent + 1, '0').Insert(exponent + 1, ".") + (digits.Length > exponent + 1 ? "" : "0"),
            >= -3 and < 0 => sign + "0." + new string('0', -exponent - 1) + digits,
            _ => $"{sign}{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}E{exponent.ToString(CultureInfo.InvariantCulture)}",
        };
    }

    /// <summary>An integer if it is one, as durations and data sizes write their number.</summary>
    public static string OfQuantity(double value) =>
        IsInteger(value) ? ((long)value).ToString(CultureInfo.InvariantCulture) : Of(value);

    public static bool IsInteger(double value) => double.IsFinite(value) && value == Math.Round(value);

    /// <summary>
    /// With exactly <paramref name="fractionDigits"/> digits after the point: those of the shortest form if they suffice, otherwise
    /// the exact value rounded half to even (Java's <c>DecimalFormat</c>).
    /// </summary>
    public static string ToFixed(double value, int fractionDigits)
    {
        if (!double.IsFinite(value)) return Of(value);
        var sign = double.IsNegative(value) ? "-" : "";
        return sign + WithPoint(Scaled(Math.Abs(value), fractionDigits), fractionDigits);
    }

    public static string ToFixed(long value, int fractionDigits) =>
        value.ToString(CultureInfo.InvariantCulture) + (fractionDigits == 0 ? "" : "." + new string('0', fractionDigits));

    /// <summary>Digits 0-9a-z; <paramref name="radix"/> is 2 to 36.</summary>
    public static string ToRadix(long value, int radix)
    {
        // The smallest long has no positive counterpart, and the reference writes its minus twice.
        if (value == long.MinValue) return "-" + ToRadix((Int128)value, radix);
        return ToRadix((Int128)value, radix);
    }

    private static string ToRadix(Int128 value, int radix)
    {
        if (value == 0) return "0";
        var text = new StringBuilder();
        for (var rest = Int128.Abs(value); rest != 0; rest /= radix)
            text.Insert(0, "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(rest % radix)]);
        if (value < 0) text.Insert(0, '-');
        return text.ToString();
    }

    /// <summary>Java's <c>Long.parseLong</c>: an optional sign and decimal digits of any script. Null where it is none or too large.</summary>
    public static long? ParseLong(string text)
    {
        var start = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        if (start == text.Length) return null;
        Int128 value = 0;
        for (var i = start; i < text.Length; i++)
        {
            var digit = CharUnicodeInfo.GetDecimalDigitValue(text[i]);
            if (digit < 0) return null;
            value = value * 10 + digit;
            if (value > (Int128)long.MaxValue + 1) return null;
        }
        if (text[0] == '-') value = -value;
        return value > long.MaxValue ? null : (long)value;
    }

    /// <summary>Java's <c>Double.parseDouble</c> of a decimal number, <c>NaN</c> or <c>Infinity</c>; null where it is none.</summary>
    public static double? ParseDouble(string text)
    {
        var trimmed = text.AsSpan().Trim("\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\v\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f ");
        var unsigned = trimmed.Length > 0 && trimmed[0] is '+' or '-' ? trimmed[1..] : trimmed;
        var sign = trimmed.Length > 0 && trimmed[0] == '-' ? -1.0 : 1.0;
        if (unsigned is "NaN") return double.NaN;
        if (unsigned is "Infinity") return sign * double.PositiveInfinity;
        if (unsigned.Length > 0 && unsigned[^1] is 'd' or 'D' or 'f' or 'F') unsigned = unsigned[..^1];
        const NumberStyles Decimal = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (unsigned.Length == 0 || !(char.IsAsciiDigit(unsigned[0]) || unsigned[0] == '.')) return null;
        return double.TryParse(unsigned, Decimal, CultureInfo.InvariantCulture, out var value) ? sign * value : null;
    }

    // The digits without leading and trailing zeros, and the power of ten of the first; the value is positive.
    private static (string Digits, int Exponent) ShortestDigits(double value)
    {
        var shortest = Significant(value.ToString("R", CultureInfo.InvariantCulture));
        // Java prefers the closest of two digits over a shorter one that is further away, as in 4.9E-324.
        return shortest.Digits.Length == 1 ? Significant(value.ToString("E1", CultureInfo.InvariantCulture)) : shortest;
    }

    // Of "12.5", "0.001", "1E+23" or "1.5E-007".
    private static (string Digits, int Exponent) Significant(string text)
    {
        var end = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = end < 0 ? 0 : int.Parse(text.AsSpan(end + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = end < 0 ? text : text[..end];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leadingZeros = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), exponent + (point < 0 ? digits.Length : point) - 1 - leadingZeros);
    }

    // The digits of round(value * 10^fractionDigits).
    private static string Scaled(double value, int fractionDigits)
    {
        if (value == 0) return "0";
        var (digits, exponent) = ShortestDigits(value);
        var zeros = fractionDigits + exponent + 1 - digits.Length;
        if (zeros >= 0) return digits + new string('0', zeros);

        // No double has more than 1074 fraction digits, so this is its exact value.
        var exact = value.ToString("F1074", CultureInfo.InvariantCulture);
        var kept = exact.IndexOf('.', StringComparison.Ordinal) + 1 + fractionDigits;
        var rest = exact.AsSpan(kept).TrimEnd('0');
        var result = exact[..kept].Replace(".", "", StringComparison.Ordinal).ToCharArray();
        var isTie = rest is "5";
        var roundsUp = isTie ? (result[^1] - '0') % 2 == 1 : rest.Length > 0 && rest[0] >= '5';
        return roundsUp ? Increment(result) : new string(result);
    }

    private static string Increment(char[] digits)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            if (digits[i] != '9')
            {
                digits[i]++;
                return new string(digits);
            }
            digits[i] = '0';
        }
        return "1" + new string(digits);
    }

    private static string WithPoint(string digits, int fractionDigits)
    {
        var padded = digits.TrimStart('0').PadLeft(fractionDigits + 1, '0');
        return fractionDigits == 0 ? padded : padded.Insert(padded.Length - fractionDigits, ".");
    }
}
