using System.Globalization;

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

    // 1 == 1.0 holds in Pkl.
    public override bool Equals(object? obj) => obj switch
    {
        IntValue other => Value == other.Value,
        FloatValue other => other.Value == Value,
        _ => false,
    };

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An IEEE 754 double.</summary>
internal sealed class FloatValue(double value) : Value
{
    public double Value { get; } = value;

    public override Value MarkFromEnvironment() => new FloatValue(Value) { FromEnvironment = true };

    public override bool Equals(object? obj) => obj switch
    {
        FloatValue other => Value == other.Value,
        IntValue other => Value == other.Value,
        _ => false,
    };

    public override int GetHashCode() =>
        Value == Math.Truncate(Value) && Math.Abs(Value) < 9.2e18 ? ((long)Value).GetHashCode() : Value.GetHashCode();
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

    public double Seconds => Value * SecondsPer(Unit);

    public static double SecondsPer(DurationUnit unit) => unit switch
    {
        DurationUnit.Nanoseconds => 1e-9,
        DurationUnit.Microseconds => 1e-6,
        DurationUnit.Milliseconds => 1e-3,
        DurationUnit.Seconds => 1,
        DurationUnit.Minutes => 60,
        DurationUnit.Hours => 3600,
        _ => 86400,
    };

    public override Value MarkFromEnvironment() => new DurationValue(Value, Unit) { FromEnvironment = true };

    public override bool Equals(object? obj) =>
        obj is DurationValue other && (Unit == other.Unit ? Value == other.Value : Seconds == other.Seconds);

    public override int GetHashCode() => Seconds.GetHashCode();
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

    public double Bytes => Value * BytesPer(Unit);

    public static double BytesPer(DataSizeUnit unit)
    {
        var power = ((int)unit + 1) / 2;
        return Math.Pow((int)unit % 2 == 1 ? 1000 : 1024, power);
    }

    public override Value MarkFromEnvironment() => new DataSizeValue(Value, Unit) { FromEnvironment = true };

    public override bool Equals(object? obj) =>
        obj is DataSizeValue other && (Unit == other.Unit ? Value == other.Value : Bytes == other.Bytes);

    public override int GetHashCode() => Bytes.GetHashCode();
}
