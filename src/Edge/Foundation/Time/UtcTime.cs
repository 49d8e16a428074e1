using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Edge.Foundation.Time;

/// <summary>
/// A point of calendar time to the nanosecond, as the control server writes it (RFC 3339). It is a value that others measured: a key's end, when
/// a peer was last seen. The default is 0001-01-01T00:00:00Z, which is how Go writes "no time".
/// </summary>
/// <param name="Seconds">Since 0001-01-01T00:00:00Z.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
internal readonly record struct UtcTime(long Seconds, int Nanoseconds) : IComparable<UtcTime>
{
    private const long UnixEpoch = 62_135_596_800;
    private const int NanosecondsPerTick = 100;

    /// <summary>Bytes that <see cref="TryFormat"/> writes at most.</summary>
    public const int MostBytes = 30;

    /// <summary>No time was given.</summary>
    public bool IsZero => this == default;

    public static UtcTime OfUnixSeconds(long seconds) => new(UnixEpoch + seconds, 0);

    public static UtcTime Of(DateTimeOffset time) =>
        new(time.UtcTicks / TimeSpan.TicksPerSecond, (int)(time.UtcTicks % TimeSpan.TicksPerSecond) * NanosecondsPerTick);

    public static UtcTime operator +(UtcTime time, TimeSpan span)
    {
        var nanoseconds = time.Nanoseconds + span.Ticks % TimeSpan.TicksPerSecond * NanosecondsPerTick;
        var seconds = time.Seconds + span.Ticks / TimeSpan.TicksPerSecond + Math.DivRem(nanoseconds, 1_000_000_000, out nanoseconds);
        return nanoseconds < 0 ? new(seconds - 1, (int)nanoseconds + 1_000_000_000) : new(seconds, (int)nanoseconds);
    }

    /// <summary>The difference to 100 ns.</summary>
    public static TimeSpan operator -(UtcTime later, UtcTime earlier) =>
        TimeSpan.FromSeconds(later.Seconds - earlier.Seconds) + TimeSpan.FromTicks((later.Nanoseconds - earlier.Nanoseconds) / NanosecondsPerTick);

    public static bool operator <(UtcTime a, UtcTime b) => a.CompareTo(b) < 0;

    public static bool operator >(UtcTime a, UtcTime b) => a.CompareTo(b) > 0;

    public static bool operator <=(UtcTime a, UtcTime b) => a.CompareTo(b) <= 0;

    public static bool operator >=(UtcTime a, UtcTime b) => a.CompareTo(b) >= 0;

    /// <summary>
    /// Reads `2026-11-23T01:03:44.18179041Z`: any number of fraction digits (those behind the ninth are cut), `Z` or an offset such as `+02:00`
    /// (RFC 3339 section 5.6, as strict as Go's time.Time: upper-case letters, no leap second).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UtcTime time)
    {
        time = default;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':'
            || !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day)
            || !TryDigits(text[11..13], out var hour) || !TryDigits(text[14..16], out var minute) || !TryDigits(text[17..19], out var second)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        text = text[19..];
        var nanoseconds = 0;
        if (text[0] == '.')
        {
            var digits = 1;
            for (var scale = 100_000_000; digits < text.Length && text[digits] is >= (byte)'0' and <= (byte)'9'; digits++, scale /= 10)
                nanoseconds += (text[digits] - '0') * scale;
            if (digits == 1) return false;
            text = text[digits..];
        }
        if (!TryOffset(text, out var offset)) return false;
        time = new(new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerSecond - offset, nanoseconds);
        return true;
    }

    /// <summary>Writes RFC 3339 with as many fraction digits as there are, and `Z`.</summary>
    /// <param name="destination">At least <see cref="MostBytes"/>.</param>
    /// <param name="written">Bytes of it.</param>
    /// <returns>False for a time that has no four-digit year.</returns>
    public bool TryFormat(Span<byte> destination, out int written)
    {
        written = 0;
        if (Seconds < 0 || Seconds > DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond) return false;
        if (!new DateTime(Seconds * TimeSpan.TicksPerSecond, DateTimeKind.Utc)
            .TryFormat(destination, out written, "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)) return false;
        if (Nanoseconds != 0)
        {
            destination[written++] = (byte)'.';
            if (!Utf8Formatter.TryFormat(Nanoseconds, destination[written..], out var digits, new('D', 9))) return false;
            written += digits;
            while (destination[written - 1] == '0')
                written--;
        }
        destination[written++] = (byte)'Z';
        return true;
    }

    public int CompareTo(UtcTime other) => Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MostBytes];
        return TryFormat(text, out var written) ? Encoding.ASCII.GetString(text[..written]) : string.Create(CultureInfo.InvariantCulture, $"{Seconds} s after year 1");
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (text.Length == 1) return text[0] == 'Z';
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !TryDigits(text[1..3], out var hours) || !TryDigits(text[4..], out var minutes) || hours > 24 || minutes > 59)
            return false;
        seconds = (hours * 60 + minutes) * (text[0] == '-' ? -60 : 60);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            value = value * 10 + digit - '0';
        }
        return true;
    }
}
