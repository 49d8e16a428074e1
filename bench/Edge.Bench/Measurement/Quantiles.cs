namespace Edge.Bench.Measurement;

/// <summary>Of a few runs' figures.</summary>
internal static class Quantiles
{
    public static double Median(IEnumerable<double> figures)
    {
        var ordered = figures.Order().ToList();
        return (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;
    }

    public static double P99(IEnumerable<double> figures)
    {
        var ordered = figures.Order().ToList();
        return ordered[(int)Math.Ceiling(0.99 * ordered.Count) - 1];
    }
}
