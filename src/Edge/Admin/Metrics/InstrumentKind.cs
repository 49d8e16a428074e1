namespace Edge.Admin.Metrics;

/// <summary>The kinds of Prometheus's text format.</summary>
internal enum InstrumentKind
{
    Counter,
    Gauge,
    Histogram,
}
