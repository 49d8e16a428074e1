namespace Edge.Protocols.Netstack;

/// <summary>Segments that are not in use, for all connections of a stack.</summary>
internal sealed class SentSegmentPool
{
    private const int MostKept = 4096;

    private LinkedItems<SentSegment, SentSegment.BySequence> _free;

    public SentSegment Rent()
    {
        if (_free.Last is not { } segment)
            return new SentSegment();
        _free.Remove(segment);
        segment.IsSacked = segment.IsLost = segment.IsRetransmitted = segment.WasRetransmitted = false;
        return segment;
    }

    /// <param name="segment">In no list.</param>
    public void Return(SentSegment segment)
    {
        if (_free.Count < MostKept)
            _free.Add(segment);
    }
}
