using System.Globalization;

namespace Edge.Tests.Netstack.Traces;

/// <summary>
/// Whether two senders deal with the same losses in the same way. Times are in round trips, windows in what is sent in a round trip; the bounds
/// leave room for the timers' grain and for an acknowledgement more or less, and none for another algorithm.
/// </summary>
internal static class TraceComparison
{
    // A timer of 200 ms more, a tail probe's second round trip, a round trip more of recovery: each is beyond this.
    // After a timeout Linux spends one on finding out whether it was needed (RFC 5682), which timestamps tell us (RFC 3522).
    private const double MostDetection = 0.35, MostRecovery = 0.75, MostLongRecovery = 0.15;
    private const double MostWindow = 0.15, MostGrowth = 0.15;
    private const int LeastSegments = 10;

    /// <returns>A line each way in which they differ.</returns>
    public static IReadOnlyList<string> Differences(TraceScript script, SentTrace ours, SentTrace theirs)
    {
        var found = new List<string>();
        if (script.Name == "blackout")
        {
            Timeouts(found, ours, theirs);
            return found;
        }
        Repairs(found, script, ours, theirs);
        Growth(found, script, ours, theirs);
        return found;
    }

    private static void Repairs(List<string> found, TraceScript script, SentTrace ours, SentTrace theirs)
    {
        int our = ours.Repairs.Count(), their = theirs.Repairs.Count();
        if (Math.Abs(our - their) > Math.Max(1, their / 10))
            Add(found, $"sent again: {our} instead of {their}");
        if (ours.Spurious > theirs.Spurious)
            Add(found, $"sent again for nothing: {ours.Spurious} instead of {theirs.Spurious}");
        if (our == 0 || their == 0)
            return;
        double ourDetection = ours.Detection() / script.RoundTrip, theirDetection = theirs.Detection() / script.RoundTrip;
        if (Math.Abs(ourDetection - theirDetection) > MostDetection)
            Add(found, $"the first repair came after {ourDetection:0.00} round trips instead of {theirDetection:0.00}");
        var (ourEnd, ourSpan) = Recovery(script, ours);
        var (theirEnd, theirSpan) = Recovery(script, theirs);
        if (Math.Abs(ourSpan - theirSpan) > Math.Max(MostRecovery, MostLongRecovery * theirSpan))
            Add(found, $"repairs took {ourSpan:0.00} round trips instead of {theirSpan:0.00}");
        int ourWindow = Window(script, ours, ourEnd), theirWindow = Window(script, theirs, theirEnd);
        if (Math.Abs(ourWindow - theirWindow) > Math.Max(LeastSegments, MostWindow * theirWindow))
            Add(found, $"{ourWindow} segments a round trip after the repairs instead of {theirWindow}");
    }

    // After a second and a half of nothing Linux believes that its last timeout was spurious, and creeps through the rest with a window of two.
    // Here what comes before is compared: when each copy leaves that nothing answers; and the rest may not take longer than that.
    private static void Timeouts(List<string> found, SentTrace ours, SentTrace theirs)
    {
        int our = ours.Repairs.TakeWhile(repair => repair.IsLost).Count(), their = theirs.Repairs.TakeWhile(repair => repair.IsLost).Count();
        if (our != their)
            Add(found, $"{our} copies sent into the dark instead of {their}");
        foreach (var (one, other) in ours.Repairs.Zip(theirs.Repairs).Take(their + 1))
        {
            TimeSpan at = one.At - ours.Packets[0].At, expected = other.At - theirs.Packets[0].At;
            if (one.Segment != other.Segment || Math.Abs(at / expected - 1) > MostWindow)
                Add(found, $"segment {one.Segment} again after {at.TotalMilliseconds:0} ms instead of {other.Segment} after {expected.TotalMilliseconds:0}");
        }
        if (ours.Spurious > theirs.Spurious || ours.Duration > theirs.Duration)
            Add(found, $"{ours.Spurious} sent again for nothing and {ours.Duration} for all, instead of {theirs.Spurious} and {theirs.Duration}");
    }

    // When the last repair left, since the first packet; and for how many round trips there were some.
    private static (TimeSpan End, double Span) Recovery(TraceScript script, SentTrace trace)
    {
        var first = trace.Repairs.First().At;
        var last = trace.Repairs.Last().At;
        return (last - trace.Packets[0].At, (last - first) / script.RoundTrip);
    }

    // The window that is left: what a round trip carries once the repairs have arrived. It begins with what leaves then, as a window's segments
    // leave in a heap.
    private static int Window(TraceScript script, SentTrace trace, TimeSpan end)
    {
        var from = trace.Packets.FirstOrDefault(packet => packet.At - trace.Packets[0].At >= end + 0.8 * script.RoundTrip).At - trace.Packets[0].At;
        return trace.Between(from, from + 0.95 * script.RoundTrip);
    }

    private static void Growth(List<string> found, TraceScript script, SentTrace ours, SentTrace theirs)
    {
        for (var round = 1; round * script.RoundTrip < theirs.Duration; round++)
        {
            int our = ours.Between(TimeSpan.Zero, round * script.RoundTrip), their = theirs.Between(TimeSpan.Zero, round * script.RoundTrip);
            // What one sends at the end of a round trip, the other may send at the start of the next.
            int before = theirs.Between(TimeSpan.Zero, (round - 0.2) * script.RoundTrip), after = theirs.Between(TimeSpan.Zero, (round + 0.2) * script.RoundTrip);
            if (our >= before * (1 - MostGrowth) - LeastSegments && our <= after * (1 + MostGrowth) + LeastSegments)
                continue;
            Add(found, $"{our} segments sent in {round} round trips instead of {their}");
            return;
        }
    }

    private static void Add(List<string> found, FormattableString difference) => found.Add(difference.ToString(CultureInfo.InvariantCulture));
}
