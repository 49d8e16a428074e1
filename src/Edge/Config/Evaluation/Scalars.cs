using System.Globalization;
using Edge.Config.Library;

namespace Edge.Config.Evaluation;

// The scalar values on one page.

/// <summary><c>null</c>, possibly with the value that amending it starts from (<c>Null(default)</c>, a nullable type's default).</summary>
internal sealed class NullValue(Value? amendable) : Value
{
    public static readonly NullValue Instance = new(null);

    public Value? Amendable { get; } = amendable;

    public override bool Equals(object? obj) => obj is NullValue;

    public override int GetHashCode() => 0;
}

internal sealed class BooleanValue : Value
{
    public static readonly BooleanValue True = new(true);
    public static readonly BooleanValue False = new(false);

    private BooleanValue(bool value) => Value = value;

    public bool Value { get; }

    public static BooleanValue Of(bool value) => value ? True : False;

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => Value ? 1231 : 1237;
}

/// <summary>A 64-bit signed integer.</summary>
internal sealed class IntValue : Value
{
    private static readonly IntValue?[] Small = new IntValue?[256];

    private IntValue(long value) => Value = value;

    public long Value { get; }

    public static IntValue Of(long value) =>
        (ulong)value < (ulong)Small.Length ? Small[value] ??= new IntValue(value) : new IntValue(value);

    public override Value MarkFromEnvironment() => new IntValue(Value) { FromEnvironment = true };

    public override bool Equals(object? obj) => obj is IntValue other && Value == other.Value;

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An IEEE 754 double.</summary>
internal sealed class FloatValue(double value) : Value
{
    public double Value { get; } = value;

    public override Value MarkFromEnvironment() => new FloatValue(Value) { FromEnvironment = true };

    // By bits, but for NaN: 0.0 and -0.0 are two keys, NaN is one.
    public override bool Equals(object? obj) =>
        obj is FloatValue other
        && (BitConverter.DoubleToInt64Bits(Value) == BitConverter.DoubleToInt64Bits(other.Value)
            || (double.IsNaN(Value) && double.IsNaN(other.Value)));

    public override int GetHashCode() => Value.GetHashCode();
}

internal sealed class StringValue(string value) : Value
{
    public static readonly StringValue Empty = new("");

    public string Value { get; } = value;

    public override Value MarkFromEnvironment() => FromEnvironment ? this : new StringValue(Value) { FromEnvironment = true };

    public override bool Equals(object? obj) => obj is StringValue other && Value == other.Value;

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;
}

/// <summary><c>Regex("pattern")</c>: equal if the patterns are.</summary>
internal sealed class RegexValue(JavaRegex regex) : Value
{
    public JavaRegex Regex { get; } = regex;

    public override bool Equals(object? obj) => obj is RegexValue other && Regex.Pattern == other.Regex.Pattern;

    public override int GetHashCode() => Regex.Pattern.GetHashCode(StringComparison.Ordinal);
}

internal sealed class BytesValue(ReadOnlyMemory<byte> value) : Value
{
    public ReadOnlyMemory<byte> Value { get; } = value;

    public override Value MarkFromEnvironment() => new BytesValue(Value) { FromEnvironment = true };

    public override bool Equals(object? obj) => obj is BytesValue other && Value.Span.SequenceEqual(other.Value.Span);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Value.Span);
        return hash.ToHashCode();
    }
}

internal enum DurationUnit : byte
{
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
}

/// <summary>A length of time in the unit it was written in; equal if the lengths are.</summary>
internal sealed class DurationValue(double value, DurationUnit unit) : Value
{
    public double Value { get; } = value;

    public DurationUnit Unit { get; } = unit;

    public double Seconds => In(DurationUnit.Seconds);

    /// <summary>The number of <paramref name="unit"/>s. The order of operations decides the last bit, and is Pkl's.</summary>
    public double In(DurationUnit unit) => Value * NanosecondsPer(Unit) / NanosecondsPer(unit);

    public static double NanosecondsPer(DurationUnit unit) => unit switch
    {
        DurationUnit.Nanoseconds => 1,
        DurationUnit.Microseconds => 1e3,
        DurationUnit.Milliseconds => 1e6,
        DurationUnit.Seconds => 1e9,
        DurationUnit.Minutes => 60e9,
        DurationUnit.Hours => 3600e9,
        _ => 86400e9,
    };

    /// <summary>-1, 0 or 1; compares in the greater of the two units, as arithmetic computes in it.</summary>
    public int CompareTo(DurationValue other) =>
        Unit <= other.Unit ? In(other.Unit).CompareTo(other.Value) : Value.CompareTo(other.In(Unit));

    public override Value MarkFromEnvironment() => new DurationValue(Value, Unit) { FromEnvironment = true };

    public override bool Equals(object? obj) =>
        obj is DurationValue other && In(DurationUnit.Nanoseconds) == other.In(DurationUnit.Nanoseconds);

    public override int GetHashCode() => In(DurationUnit.Nanoseconds).GetHashCode();
}

internal enum DataSizeUnit : byte
{
    Bytes,
    Kilobytes,
    Kibibytes,
    Megabytes,
    Mebibytes,
    Gigabytes,
    Gibibytes,
    Terabytes,
    Tebibytes,
    Petabytes,
    Pebibytes,
}

/// <summary>An amount of data in the unit it was written in; equal if the amounts are.</summary>
internal sealed class DataSizeValue(double value, DataSizeUnit unit) : Value
{
    public double Value { get; } = value;

    public DataSizeUnit Unit { get; } = unit;

    public double Bytes => In(DataSizeUnit.Bytes);

    /// <summary>The number of <paramref name="unit"/>s. The order of operations decides the last bit, and is Pkl's.</summary>
    public double In(DataSizeUnit unit) => Value * BytesPer(Unit) / BytesPer(unit);

    public static double BytesPer(DataSizeUnit unit)
    {
        var power = ((int)unit + 1) / 2;
        return Math.Pow((int)unit % 2 == 1 ? 1000 : 1024, power);
    }

    /// <summary>-1, 0 or 1; compares in the greater of the two units, as arithmetic computes in it.</summary>
    public int CompareTo(DataSizeValue other) =>
        Unit <= other.Unit ? In(other.Unit).CompareTo(other.Value) : Value.CompareTo(other.In(Unit));

    public override Value MarkFromEnvironment() => new DataSizeValue(Value, Unit) { FromEnvironment = true };

    public override bool Equals(object? obj) => obj is DataSizeValue other && Bytes == other.Bytes;

    public override int GetHashCode() => Bytes.GetHashCode();
}
