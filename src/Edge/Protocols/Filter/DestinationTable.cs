namespace Edge.Protocols.Filter;

/// <summary>
/// What groups of rules open, for one family: each group's destinations as one matcher, in arrays that all share. A matcher of few ranges looks at each,
/// one of many has an <see cref="IntervalIndex"/>; the ports of a range are found by halving. <see cref="DestinationTableBuilder"/> makes it.
/// </summary>
internal sealed class DestinationTable(
    DestinationMatcher[] matchers, OpenRange[] ranges, PortSpan[] ports, ProtocolSet[] protocols, IntervalIndex[] indices, int[] parts, ListTable lists)
{
    public bool Admits(int matcher, UInt128 destination, in FilterQuestion question)
    {
        var found = matchers[matcher];
        switch (found.Kind)
        {
            case MatcherKind.Ranges:
                foreach (ref readonly var range in ranges.AsSpan(found.Start, found.Count))
                {
                    if (range.Addresses.Contains(destination) && Admits(range, question))
                        return true;
                }
                return false;
            case MatcherKind.Index:
                foreach (var list in indices[found.Count].ListsAt(destination))
                {
                    foreach (var number in lists[list])
                    {
                        if (Admits(ranges[found.Start + number], question))
                            return true;
                    }
                }
                return false;
            default:
                foreach (var part in parts.AsSpan(found.Start, found.Count))
                {
                    if (Admits(part, destination, question))
                        return true;
                }
                return false;
        }
    }

    private bool Admits(in OpenRange range, in FilterQuestion question) => question.Kind switch
    {
        QuestionKind.Port => HasPort(ports.AsSpan(range.FirstPort, range.PortCount), question.PortKey),
        QuestionKind.Whole => protocols[range.Protocols].Has(question.Protocol),
        _ => true,
    };

    private static bool HasPort(ReadOnlySpan<PortSpan> spans, uint key)
    {
        int low = 0, high = spans.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (spans[middle].First <= key)
                low = middle + 1;
            else
                high = middle;
        }
        return low > 0 && key <= spans[low - 1].Last;
    }
}
