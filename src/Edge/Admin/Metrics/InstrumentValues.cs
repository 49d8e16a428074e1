using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using TagValue = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Edge.Admin.Metrics;

/// <summary>What an instrument has measured, by its tags. Safe to use from any thread.</summary>
internal sealed class InstrumentValues
{
    /// <summary>More sets of tags than this are a mistake in what sets them; what comes after is left out.</summary>
    private const int MaxSeries = 2000;

    // The default buckets of Prometheus's clients, which suit seconds.
    private static readonly double[] s_seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<TagValue[], Series> _series = new(TagsComparer.Instance);
    private readonly ConcurrentDictionary<TagValue[], Series>.AlternateLookup<ReadOnlySpan<TagValue>> _byTags;

    // What is observed, and what a gauge is told, is the value itself; all else is what it changed by.
    private readonly bool _isAbsolute;

    public InstrumentValues(Instrument instrument, InstrumentKind kind)
    {
        Instrument = instrument;
        _isAbsolute = instrument.IsObservable || instrument.GetType().GetGenericTypeDefinition() == typeof(Gauge<>);
        Kind = kind;
        Bounds = kind == InstrumentKind.Histogram ? [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? s_seconds] : [];
        _byTags = _series.GetAlternateLookup<ReadOnlySpan<TagValue>>();
    }

    public Instrument Instrument { get; }

    public InstrumentKind Kind { get; }

    /// <summary>The upper bounds of a histogram's buckets, rising.</summary>
    public double[] Bounds { get; }

    public IEnumerable<KeyValuePair<TagValue[], Series>> All => _series;

    public void Record(long value, ReadOnlySpan<TagValue> tags, int collection)
    {
        if (Find(tags) is not { } series)
            return;
        if (Kind == InstrumentKind.Histogram)
            series.Measure(value);
        else if (_isAbsolute)
            Observe(series, value, collection);
        else
            series.Add(value);
    }

    public void Record(double value, ReadOnlySpan<TagValue> tags, int collection)
    {
        if (Find(tags) is not { } series)
            return;
        if (Kind == InstrumentKind.Histogram)
            series.Measure(value);
        else if (_isAbsolute)
            Observe(series, value, collection);
        else
            series.Add(value);
    }

    private static void Observe(Series series, double value, int collection)
    {
        series.Set(value);
        series.SeenIn = collection;
    }

    private Series? Find(ReadOnlySpan<TagValue> tags)
    {
        if (_byTags.TryGetValue(tags, out var series))
            return series;
        if (_series.Count >= MaxSeries)
            return null;
        _byTags.TryAdd(tags, new Series(Bounds));
        return _byTags.TryGetValue(tags, out series) ? series : null;
    }
}
