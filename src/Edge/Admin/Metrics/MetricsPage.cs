using System.Diagnostics.Metrics;
using TagValue = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Edge.Admin.Metrics;

/// <summary>Listens to a meter's instruments and shows what they have measured, with the process's own figures. Safe to use from any thread.</summary>
internal sealed class MetricsPage : IDisposable
{
    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly List<InstrumentValues> _instruments = [];
    private readonly BuildIdentity _build;
    private readonly DateTimeOffset _started;
    private int _collection;

    /// <param name="meter">Whose instruments, those that are made later included.</param>
    /// <param name="build">What this binary is.</param>
    /// <param name="time">Tells when the server was started: now.</param>
    public MetricsPage(Meter meter, BuildIdentity build, TimeProvider time)
    {
        _build = build;
        _started = time.GetUtcNow();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
                Listen(instrument, listener);
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((InstrumentValues)state!).Record((long)value, tags, _collection));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((InstrumentValues)state!).Record(value, tags, _collection));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((InstrumentValues)state!).Record(value, tags, _collection));
        _listener.Start();
    }

    public string Text()
    {
        var text = new PrometheusText();
        lock (_lock)
        {
            _collection++;
            _listener.RecordObservableInstruments();
            foreach (var instrument in _instruments)
                Write(text, instrument);
        }
        ProcessMetrics.Write(text, _build, _started);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Listen(Instrument instrument, MeterListener listener)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        var kind = type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? InstrumentKind.Counter
            : type == typeof(Histogram<>) ? InstrumentKind.Histogram
            : InstrumentKind.Gauge;
        var values = new InstrumentValues(instrument, kind);
        lock (_lock)
            _instruments.Add(values);
        listener.EnableMeasurementEvents(instrument, values);
    }

    private void Write(PrometheusText text, InstrumentValues values)
    {
        // The order of a dictionary is nobody's: equal states give equal pages.
        var series = values.All
            .Where(one => !values.Instrument.IsObservable || one.Value.SeenIn == _collection)
            .OrderBy(one => string.Join('\0', one.Key.Select(tag => tag.Value)), StringComparer.Ordinal)
            .ToList();
        if (series.Count == 0)
            return;
        var name = PrometheusText.NameOf(values.Instrument.Name, values.Instrument.Unit, values.Kind);
        text.Begin(name, values.Kind, values.Instrument.Description ?? values.Instrument.Name);
        foreach (var (tags, one) in series)
        {
            if (values.Kind == InstrumentKind.Histogram)
                WriteHistogram(text, name, tags, values.Bounds, one);
            else
                text.Line(name, tags, null, one.Value);
        }
    }

    private static void WriteHistogram(PrometheusText text, string name, TagValue[] tags, double[] bounds, Series series)
    {
        var sum = series.Value;
        var counts = series.Cumulative();
        for (var i = 0; i < counts.Length; i++)
            text.Line(name + "_bucket", tags, PrometheusText.Number(i < bounds.Length ? bounds[i] : double.PositiveInfinity), counts[i]);
        text.Line(name + "_sum", tags, null, sum);
        text.Line(name + "_count", tags, null, counts[^1]);
    }
}
