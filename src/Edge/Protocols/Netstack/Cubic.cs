using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

/// <summary>RFC 9438: the window is a cubic function of the time since the last loss, with its plateau where that loss happened. Windows in segments, times in seconds.</summary>
internal sealed class Cubic : CongestionControl
{
    // Section 4.6 and 4.1.
    private const double Beta = 0.7, C = 0.4;

    // Section 4.3: what Reno would gain in a round trip to be as fast as an AIMD of this Beta.
    private const double Alpha = 3 * (1 - Beta) / (1 + Beta);

    private Timestamp _epoch = Timestamp.Never;
    private Timestamp _grownAt;
    private double _plateau, _plateauTime, _start, _reno, _credit;
    private double _priorPlateau;

    /// <summary>Section 4.8: the curve begins anew, with its plateau where the window is then.</summary>
    public override void TimedOut() => (_plateau, _epoch) = (0, Timestamp.Never);

    protected override void Avoid(Timestamp now, int bytes, TimeSpan roundTrip)
    {
        double window = (double)Window / SegmentSize, segments = (double)bytes / SegmentSize;
        if (_epoch == Timestamp.Never)
            Begin(now, window);
        else if (now - _grownAt > 2 * roundTrip)
            // Section 4.2: t does "not include application-limited periods"; while the window is used there is an acknowledgement each round trip.
            _epoch += now - _grownAt - roundTrip;
        _grownAt = now;
        // Section 4.3: as fast as Reno where the cubic would be slower.
        _reno += (_reno >= _plateau ? 1 : Alpha) * segments / window;
        var t = (now - _epoch).TotalSeconds;
        var cubic = At(t);
        double target;
        if (cubic < _reno)
        {
            target = _reno;
            _credit += Math.Max(0, target - window);
        }
        else
        {
            // Sections 4.4 and 4.5: towards where the curve will be a round trip from now, at most half as much again.
            target = Math.Clamp(At(t + roundTrip.TotalSeconds), window, 1.5 * window);
            _credit += (target - window) / window * segments;
        }
        var whole = (int)Math.Min(_credit * SegmentSize, MaxWindow - Window);
        // A window's growth by one acknowledgement is what that acknowledgement took out of the network, at most.
        whole = Math.Min(whole, bytes);
        Window += whole;
        _credit = Math.Max(0, Math.Min(_credit - (double)whole / SegmentSize, 1));
    }

    protected override int Reduce(Timestamp now, int inFlight)
    {
        var window = (double)Window / SegmentSize;
        _priorPlateau = _plateau;
        // Section 4.7, fast convergence: below the last plateau, leave room for newcomers.
        _plateau = window < _plateau ? window * (1 + Beta) / 2 : window;
        _epoch = Timestamp.Never;
        return (int)(Window * Beta);
    }

    protected override void Restore()
    {
        _plateau = _priorPlateau;
        _epoch = Timestamp.Never;
    }

    // Section 4.2, figure 2, and section 4.8 for a first epoch without a plateau.
    private void Begin(Timestamp now, double window)
    {
        _epoch = now;
        _start = _reno = window;
        _credit = 0;
        if (window < _plateau)
        {
            _plateauTime = Math.Cbrt((_plateau - window) / C);
        }
        else
        {
            _plateauTime = 0;
            _plateau = window;
        }
    }

    // Section 4.2, figure 1. The start keeps rounding of the cube root from letting the curve begin below it.
    private double At(double t) => Math.Max(_start, C * Math.Pow(t - _plateauTime, 3) + _plateau);
}
