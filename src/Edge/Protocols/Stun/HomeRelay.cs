using Edge.Foundation.Netmap;
using Edge.Foundation.Time;

namespace Edge.Protocols.Stun;

/// <summary>
/// Chooses the region at whose relay this node waits: the nearest, by the best of five minutes, and not another one as long as that is hardly
/// better, because every move makes the peers look anew (tailscale 1.96.5, net/netcheck/netcheck.go, addReportHistoryAndSetPreferredDERP).
/// </summary>
internal sealed class HomeRelay
{
    private static readonly TimeSpan s_memory = TimeSpan.FromMinutes(5);

    /// <summary>A gain below it is none.</summary>
    private static readonly TimeSpan s_leastGain = TimeSpan.FromMilliseconds(10);

    /// <summary>A home that was heard so recently is there, though its STUN server does not answer.</summary>
    private static readonly TimeSpan s_recently = TimeSpan.FromSeconds(8);

    /// <summary>Where nobody answers, a home whose keep-alives come stays: twice their interval.</summary>
    private static readonly TimeSpan s_keepalives = TimeSpan.FromSeconds(120);

    private readonly Queue<NetReport> _reports = new();

    /// <summary>0: none yet.</summary>
    public int Region { get; private set; }

    /// <summary>Chooses before anything was measured: the home of an earlier start, or the only region that there is.</summary>
    /// <param name="map">The relays.</param>
    /// <param name="earlier">That home; 0: there was none.</param>
    /// <returns>The region; 0: a measurement has to choose.</returns>
    public int ChooseUnmeasured(DerpMap map, int earlier)
    {
        if (Region != 0)
            return Region;
        var (count, only) = (0, 0);
        foreach (var region in map.Regions)
        {
            if (region.NoMeasureNoHome)
                continue;
            if (region.Id == earlier)
                return Region = earlier;
            (count, only) = (count + 1, region.Id);
        }
        return Region = count == 1 ? only : 0;
    }

    /// <summary>Takes a report and chooses.</summary>
    /// <param name="report">Later than the one before.</param>
    /// <param name="map">Its scores make regions count as nearer or farther; regions that are not to be home are left out.</param>
    /// <param name="heardAt">When the present home's relay last sent anything; null: never.</param>
    /// <returns>The region; 0: none answered.</returns>
    public int Choose(NetReport report, DerpMap map, Timestamp? heardAt)
    {
        while (_reports.TryPeek(out var oldest) && report.At - oldest.At > s_memory)
            _reports.Dequeue();
        _reports.Enqueue(report);

        var (nearest, best) = (0, TimeSpan.MaxValue);
        foreach (var measured in report.Regions)
        {
            if (map.Find(measured.Region) is not { NoMeasureNoHome: false } region || (region.Avoid && region.Id != Region))
                continue;
            var recent = BestOf(measured.Region) * ScoreOf(map, measured.Region);
            if (recent < best)
                (nearest, best) = (measured.Region, recent);
        }
        if (nearest == 0)
            return Region = Region != 0 && heardAt is { } at && report.At - at < s_keepalives ? Region : 0;
        if (Region != 0 && nearest != Region && IsHomeKept(report, map, best, heardAt))
            return Region;
        return Region = nearest;
    }

    private bool IsHomeKept(NetReport report, DerpMap map, TimeSpan best, Timestamp? heardAt)
    {
        var isHeard = heardAt is { } at && report.At - at < s_recently;
        // Without a measurement of its own it is as near as can be: who hears from it moves only if something else says so.
        if (report.LatencyOf(Region) is not { } latency)
            return isHeard;
        var own = latency * ScoreOf(map, Region);
        return own - best < s_leastGain || best > own / 3 * 2;
    }

    private TimeSpan BestOf(int region)
    {
        var best = TimeSpan.MaxValue;
        foreach (var report in _reports)
        {
            if (report.LatencyOf(region) is { } latency && latency < best)
                best = latency;
        }
        return best;
    }

    private static double ScoreOf(DerpMap map, int region)
    {
        foreach (var score in map.HomeScores)
        {
            if (score.RegionId == region && score.Factor > 0)
                return score.Factor;
        }
        return 1;
    }
}
