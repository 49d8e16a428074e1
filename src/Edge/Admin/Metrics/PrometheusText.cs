using System.Globalization;
using System.Text;
using TagValue = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Edge.Admin.Metrics;

/// <summary>Writes Prometheus's text format, version 0.0.4 (prometheus.io, "Exposition formats").</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new(8192);

    /// <summary>Begins a metric: its lines follow.</summary>
    /// <param name="name">Of <see cref="NameOf"/>, or a name of Prometheus's own.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="help">What it says, in one line.</param>
    public void Begin(string name, InstrumentKind kind, string help)
    {
        var type = kind switch
        {
            InstrumentKind.Counter => "counter",
            InstrumentKind.Gauge => "gauge",
            _ => "histogram",
        };
        _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    public void Line(string name, double value) => Line(name, [], null, value);

    /// <param name="name">With a suffix such as <c>_bucket</c> where the format has one.</param>
    /// <param name="tags">Its labels.</param>
    /// <param name="bound">The label <c>le</c> of a histogram's bucket; null: it is none.</param>
    /// <param name="value">The sample.</param>
    public void Line(string name, ReadOnlySpan<TagValue> tags, string? bound, double value)
    {
        _text.Append(name);
        var separator = '{';
        foreach (var (key, label) in tags)
        {
            Label(separator, Legal(key), Convert.ToString(label, CultureInfo.InvariantCulture) ?? "");
            separator = ',';
        }
        if (bound is not null)
        {
            Label(separator, "le", bound);
            separator = ',';
        }
        if (separator == ',')
            _text.Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>
    /// <c>edge.http.requests</c> of a counter is <c>edge_http_requests_total</c>; the unit <c>s</c> is <c>_seconds</c>. A name with underscores
    /// is another program's, for which there are dashboards: it stays.
    /// </summary>
    public static string NameOf(string instrument, string? unit, InstrumentKind kind)
    {
        if (instrument.Contains('_', StringComparison.Ordinal) && !instrument.Contains('.', StringComparison.Ordinal))
            return Legal(instrument);
        var suffix = unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        return Legal(instrument) + suffix + (kind == InstrumentKind.Counter ? "_total" : "");
    }

    public static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    public override string ToString() => _text.ToString();

    private static string Legal(string name) => string.Create(name.Length, name, static (legal, name) =>
    {
        for (var i = 0; i < name.Length; i++)
            legal[i] = char.IsAsciiLetter(name[i]) || (i > 0 && char.IsAsciiDigit(name[i])) ? name[i] : '_';
    });

    private void Label(char separator, string name, string value) => _text.Append(separator).Append(name).Append("=\"")
        .Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
}
