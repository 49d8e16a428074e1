using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

/// <summary>RFC 5681: one segment more each round trip, half after a loss.</summary>
internal sealed class NewReno : CongestionControl
{
    private long _credit;

    protected override void Avoid(Timestamp now, int bytes, TimeSpan roundTrip)
    {
        // Section 3.1, in the byte counting form: a segment for each window's worth of acknowledged bytes.
        _credit += bytes;
        while (_credit >= Window)
        {
            _credit -= Window;
            Window = Math.Min(Window + SegmentSize, MaxWindow);
        }
    }

    protected override int Reduce(Timestamp now, int inFlight)
    {
        _credit = 0;
        return Math.Min(inFlight, Window) / 2;
    }

    protected override void Restore() => _credit = 0;
}
