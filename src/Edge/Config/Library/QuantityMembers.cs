using System.Globalization;
using System.Text;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary><c>Duration</c></summary>
internal static class DurationMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "value" => static (_, self, _) => NumberOf(((DurationValue)self).Value),
        "unit" => static (_, self, _) => Of(SymbolOf(((DurationValue)self).Unit)),
        "isoString" => static (evaluator, self, _) => Of(IsoText((DurationValue)self)
            ?? throw evaluator.Fail($"Cannot convert duration `{ValueText.Simple(self)}` to ISO 8601 duration.")),
        "isPositive" => static (_, self, _) => Of(((DurationValue)self).Value >= 0),
        "isBetween" => static (_, self, arguments) => Of(
            ((DurationValue)self).CompareTo((DurationValue)arguments[0]) >= 0 && ((DurationValue)self).CompareTo((DurationValue)arguments[1]) <= 0),
        "toUnit" => static (_, self, arguments) =>
            UnitOf(Text(arguments[0])) is var unit ? new DurationValue(((DurationValue)self).In(unit), unit) : self,
        _ => null,
    };

    public static string SymbolOf(DurationUnit unit) => unit switch
    {
        DurationUnit.Nanoseconds => "ns",
        DurationUnit.Microseconds => "us",
        DurationUnit.Milliseconds => "ms",
        DurationUnit.Seconds => "s",
        DurationUnit.Minutes => "min",
        DurationUnit.Hours => "h",
        _ => "d",
    };

    public static DurationUnit UnitOf(string symbol) => symbol switch
    {
        "ns" => DurationUnit.Nanoseconds,
        "us" => DurationUnit.Microseconds,
        "ms" => DurationUnit.Milliseconds,
        "s" => DurationUnit.Seconds,
        "min" => DurationUnit.Minutes,
        "h" => DurationUnit.Hours,
        _ => DurationUnit.Days,
    };

    /// <summary>An <c>Int</c> where the number is an integer.</summary>
    internal static Value NumberOf(double value) => NumberText.IsInteger(value) ? Of((long)value) : Of(value);

    // PT1H2M3.5S; null if the duration is not finite.
    private static string? IsoText(DurationValue duration)
    {
        var total = duration.Value * (DurationValue.NanosecondsPer(duration.Unit) / 1e9);
        if (!double.IsFinite(total)) return null;
        var absolute = Math.Abs(total);
        var (hours, minutes, seconds) = ((long)(absolute / 3600), (long)(absolute / 60) % 60, (long)(absolute % 60));
        var nanoseconds = (long)(absolute * 1e9 - Math.Floor(absolute) * 1e9);
        var text = new StringBuilder(total < 0 ? "-PT" : "PT");
        if (hours != 0) text.Append(CultureInfo.InvariantCulture, $"{hours}H");
        if (minutes != 0) text.Append(CultureInfo.InvariantCulture, $"{minutes}M");
        // Less than a nanosecond, but not nothing, is an empty text: so the reference writes it.
        if (seconds != 0 || nanoseconds != 0 || total == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{seconds}");
            if (nanoseconds != 0) text.Append('.').Append(nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0'));
            text.Append('S');
        }
        return text.ToString();
    }
}

/// <summary><c>DataSize</c></summary>
internal static class DataSizeMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "value" => static (_, self, _) => DurationMembers.NumberOf(((DataSizeValue)self).Value),
        "unit" => static (_, self, _) => Of(SymbolOf(((DataSizeValue)self).Unit)),
        "isPositive" => static (_, self, _) => Of(((DataSizeValue)self).Value >= 0),
        "isBetween" => static (_, self, arguments) => Of(
            ((DataSizeValue)self).CompareTo((DataSizeValue)arguments[0]) >= 0 && ((DataSizeValue)self).CompareTo((DataSizeValue)arguments[1]) <= 0),
        "toUnit" => static (_, self, arguments) => In((DataSizeValue)self, UnitOf(Text(arguments[0]))),
        "isBinaryUnit" => static (_, self, _) => Of(IsBinary(((DataSizeValue)self).Unit)),
        "isDecimalUnit" => static (_, self, _) => Of(((DataSizeValue)self).Unit is var unit && (unit == DataSizeUnit.Bytes || !IsBinary(unit))),
        "toBinaryUnit" => static (_, self, _) => ((DataSizeValue)self).Unit is var unit && IsBinary(unit) ? self : In((DataSizeValue)self, unit + 1),
        "toDecimalUnit" => static (_, self, _) =>
            ((DataSizeValue)self).Unit is var unit && (unit == DataSizeUnit.Bytes || !IsBinary(unit)) ? self : In((DataSizeValue)self, unit - 1),
        _ => null,
    };

    public static string SymbolOf(DataSizeUnit unit) => unit switch
    {
        DataSizeUnit.Bytes => "b",
        DataSizeUnit.Kilobytes => "kb",
        DataSizeUnit.Kibibytes => "kib",
        DataSizeUnit.Megabytes => "mb",
        DataSizeUnit.Mebibytes => "mib",
        DataSizeUnit.Gigabytes => "gb",
        DataSizeUnit.Gibibytes => "gib",
        DataSizeUnit.Terabytes => "tb",
        DataSizeUnit.Tebibytes => "tib",
        DataSizeUnit.Petabytes => "pb",
        _ => "pib",
    };

    public static DataSizeUnit UnitOf(string symbol) => symbol switch
    {
        "b" => DataSizeUnit.Bytes,
        "kb" => DataSizeUnit.Kilobytes,
        "kib" => DataSizeUnit.Kibibytes,
        "mb" => DataSizeUnit.Megabytes,
        "mib" => DataSizeUnit.Mebibytes,
        "gb" => DataSizeUnit.Gigabytes,
        "gib" => DataSizeUnit.Gibibytes,
        "tb" => DataSizeUnit.Terabytes,
        "tib" => DataSizeUnit.Tebibytes,
        "pb" => DataSizeUnit.Petabytes,
        _ => DataSizeUnit.Pebibytes,
    };

    // Bytes are both; each decimal unit is followed by its binary one.
    private static bool IsBinary(DataSizeUnit unit) => (int)unit % 2 == 0;

    private static DataSizeValue In(DataSizeValue size, DataSizeUnit unit) => new(size.In(unit), unit);
}
