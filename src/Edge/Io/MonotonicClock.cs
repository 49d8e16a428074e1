using System.Diagnostics;
using Edge.Foundation.Time;

namespace Edge.Io;

/// <summary>The machine's monotonic clock, read where a shell hands time to a core.</summary>
internal static class MonotonicClock
{
    private static readonly double s_nanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    public static Timestamp Now => new(Stopwatch.Frequency == 1_000_000_000
        ? Stopwatch.GetTimestamp()
        : (long)(Stopwatch.GetTimestamp() * s_nanosecondsPerTick));
}
