namespace Edge.Foundation.Time;

/// <summary>
/// A point on a monotonic clock, in nanoseconds since a start of the clock's own choosing. Cores take it as an argument;
/// two of one clock can be compared and subtracted, and nothing else about it means anything.
/// </summary>
/// <param name="Nanoseconds">Since the clock's start.</param>
internal readonly record struct Timestamp(long Nanoseconds) : IComparable<Timestamp>
{
    private const long PerTick = 1_000_000 / TimeSpan.TicksPerMillisecond;

    /// <summary>Later than every other: the deadline of what waits for no time.</summary>
    public static Timestamp Never => new(long.MaxValue);

    public static Timestamp Min(Timestamp a, Timestamp b) => a.Nanoseconds <= b.Nanoseconds ? a : b;

    /// <summary><see cref="Never"/> stays never; a sum beyond the clock's range is never too.</summary>
    public static Timestamp operator +(Timestamp time, TimeSpan span)
    {
        if (time == Never) return Never;
        var sum = (Int128)time.Nanoseconds + (Int128)span.Ticks * PerTick;
        return sum >= long.MaxValue ? Never : new((long)sum);
    }

    public static Timestamp operator -(Timestamp time, TimeSpan span) => time + -span;

    public static TimeSpan operator -(Timestamp later, Timestamp earlier) =>
        new((later.Nanoseconds - earlier.Nanoseconds) / PerTick);

    public static bool operator <(Timestamp a, Timestamp b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(Timestamp a, Timestamp b) => a.Nanoseconds > b.Nanoseconds;

    public static bool operator <=(Timestamp a, Timestamp b) => a.Nanoseconds <= b.Nanoseconds;

    public static bool operator >=(Timestamp a, Timestamp b) => a.Nanoseconds >= b.Nanoseconds;

    public int CompareTo(Timestamp other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public override string ToString() => this == Never ? "never" : $"{Nanoseconds / 1e9:0.000000}s";
}
