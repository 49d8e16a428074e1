namespace Edge.Admin.Metrics;

/// <summary>The values of an instrument for one set of tags. Safe to use from any thread.</summary>
/// <param name="bounds">The upper bounds of a histogram's buckets, rising; empty for other instruments.</param>
internal sealed class Series(double[] bounds)
{
    private readonly long[] _buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    private long _whole;
    private double _fraction;

    /// <summary>The collection in which an observed instrument told the value last.</summary>
    public int SeenIn { get; set; }

    /// <summary>A counter's sum, a gauge's value, or the sum of what a histogram measured.</summary>
    public double Value => Volatile.Read(ref _whole) + Volatile.Read(ref _fraction);

    /// <summary>How many measurements there were up to each bound, and in all.</summary>
    public long[] Cumulative()
    {
        var counts = new long[_buckets.Length];
        var sum = 0L;
        for (var i = 0; i < counts.Length; i++)
            counts[i] = sum += Volatile.Read(ref _buckets[i]);
        return counts;
    }

    public void Add(long value) => Interlocked.Add(ref _whole, value);

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _fraction);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _fraction, seen + value, seen);
            if (before.Equals(seen))
                return;
            seen = before;
        }
    }

    public void Set(double value)
    {
        Volatile.Write(ref _whole, 0);
        Volatile.Write(ref _fraction, value);
    }

    public void Measure(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _buckets[bucket]);
        Add(value);
    }
}
