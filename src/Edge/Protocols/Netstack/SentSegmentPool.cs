namespace Edge.Protocols.Netstack;

/// <summary>Segments that are not in use, for all connections of a stack.</summary>
internal sealed class SentSegmentPool
{
    private const int MostKept = 4096;

    private SentSegment? _free;
    private int _count;

    public SentSegment Rent()
    {
        if (_free is not { } segment)
            return new SentSegment();
        _free = segment.Next;
        _count--;
        segment.Next = null;
        segment.IsSacked = segment.IsLost = segment.IsRetransmitted = segment.WasRetransmitted = false;
        return segment;
    }

    public void Return(SentSegment segment)
    {
        segment.Previous = segment.LaterSent = segment.EarlierSent = null;
        segment.IsTimed = false;
        if (_count == MostKept)
            return;
        segment.Next = _free;
        _free = segment;
        _count++;
    }
}
