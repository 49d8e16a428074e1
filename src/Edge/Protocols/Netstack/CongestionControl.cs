using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

/// <summary>How much may be in flight: the window, the threshold between slow start and avoidance, and how an algorithm moves them. Bytes.</summary>
internal abstract class CongestionControl
{
    private int _priorWindow;
    private int _priorThreshold;

    public int Window { get; set; }

    public int Threshold { get; set; } = int.MaxValue;

    /// <summary>Bytes of a full segment.</summary>
    public int SegmentSize { get; set; }

    public bool IsSlowStart => Window < Threshold;

    public static CongestionControl Of(CongestionAlgorithm algorithm) => algorithm == CongestionAlgorithm.NewReno ? new NewReno() : new Cubic();

    /// <summary>Bytes were acknowledged outside of recovery, while the window was what held us back.</summary>
    public void Acknowledged(Timestamp now, int bytes, TimeSpan roundTrip)
    {
        if (IsSlowStart)
        {
            // RFC 5681 section 3.1 with byte counting (RFC 3465): acknowledgements are coalesced, so a limit per acknowledgement would starve.
            var growth = Math.Min(bytes, Threshold - Window);
            Window = (int)Math.Min((long)Window + growth, MaxWindow);
            bytes -= growth;
        }
        if (bytes > 0)
            Avoid(now, bytes, roundTrip);
    }

    /// <summary>A loss was seen: the threshold falls. The window follows it by the way of recovery, or falls to one segment after a timeout (RFC 5681 section 3.1).</summary>
    /// <param name="now">The time.</param>
    /// <param name="inFlight">Bytes.</param>
    public void Congested(Timestamp now, int inFlight)
    {
        _priorWindow = Math.Max(_priorWindow, Window);
        _priorThreshold = Threshold;
        Threshold = Math.Max(Reduce(now, inFlight), 2 * SegmentSize);
    }

    /// <summary>After <see cref="Congested"/>, or in a recovery that it began: the window falls to one segment.</summary>
    public virtual void TimedOut()
    {
    }

    /// <summary>Nothing was sent for so long that the window is forgotten: three quarters of it are found again quickly (RFC 2861 section 3.1).</summary>
    public void Rested() => Threshold = Math.Max(Threshold, Window / 4 * 3);

    /// <summary>The last loss was none (RFC 4015): all as it was.</summary>
    public void Undo()
    {
        Window = Math.Max(Window, _priorWindow);
        Threshold = Math.Max(Threshold, _priorThreshold);
        Restore();
    }

    /// <summary>Recovery is over; <see cref="Undo"/> has nothing to restore.</summary>
    public void Recovered() => _priorWindow = 0;

    protected const int MaxWindow = 1 << 28;

    protected abstract void Avoid(Timestamp now, int bytes, TimeSpan roundTrip);

    protected abstract int Reduce(Timestamp now, int inFlight);

    protected abstract void Restore();
}
