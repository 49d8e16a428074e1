namespace Edge.Protocols.Netstack;

/// <summary>
/// RACK (RFC 8985 section 6): a segment is lost when one that was sent later has been delivered, and as much time has passed as
/// reordering on this path may take. Times are the clock's nanoseconds.
/// </summary>
internal sealed class Rack
{
    private const int DuplicateThreshold = 3;

    private long _sentAt;
    private uint _end;
    private uint _furthest;
    private bool _isFurthestKnown;
    private uint _furthestBefore;
    private bool _wasFurthestKnown;
    private long _newest;
    private bool _reordering;
    private int _multiplier = 1;
    private int _persistence;
    private uint _roundEnd;
    private bool _inRound;
    private long _now;
    private uint _echoedBefore;
    private bool _hasEcho;
    private long _millisecondsOffset;

    /// <summary>Of the segment delivered last, by the time of its sending; 0 until there is one.</summary>
    public long RoundTrip { get; private set; }

    /// <summary>The least ever measured.</summary>
    public long LeastRoundTrip { get; private set; } = long.MaxValue;

    /// <summary>Starts the processing of an acknowledgement.</summary>
    /// <param name="now">The time.</param>
    /// <param name="hasEcho">It echoes a timestamp of ours.</param>
    /// <param name="echo">The timestamp.</param>
    /// <param name="clockOffset">What our timestamps are ahead of the clock's milliseconds.</param>
    public void Begin(long now, bool hasEcho, uint echo, uint clockOffset)
    {
        _now = now;
        (_furthestBefore, _wasFurthestKnown, _newest) = (_furthest, _isFurthestKnown, 0);
        _hasEcho = hasEcho;
        _echoedBefore = echo;
        _millisecondsOffset = clockOffset;
    }

    /// <summary>Steps 1 to 3: the peer has a segment.</summary>
    /// <param name="segment">Of which it has something that it did not have before.</param>
    /// <param name="end">Where that ends.</param>
    /// <param name="isInOrder">It is acknowledged; else selectively.</param>
    public void Delivered(SentSegment segment, uint end, bool isInOrder)
    {
        var roundTrip = _now - segment.SentAt;
        if (!_isFurthestKnown || Sequence.Before(_furthest, end))
            (_furthest, _isFurthestKnown) = (end, true);
        // Beside what earlier acknowledgements reported: one that stands for many segments reports the last of them first.
        if (_wasFurthestKnown && Sequence.Before(end, _furthestBefore) && !segment.WasRetransmitted)
            _reordering = true;
        if (segment.WasRetransmitted)
        {
            // It may be the first copy that arrived: then the time since the second says nothing. The echo tells only of a segment in order
            // which copy it was: one that leaves a gap does not move it (RFC 7323 section 4.3).
            var sentStamp = (uint)(segment.SentAt / 1_000_000 + _millisecondsOffset);
            if (isInOrder && _hasEcho && Sequence.Before(_echoedBefore, sentStamp) || roundTrip < LeastRoundTrip)
                return;
        }
        else
        {
            LeastRoundTrip = Math.Min(LeastRoundTrip, Math.Max(roundTrip, 1));
        }
        // In the order of sending, the last one counts.
        if (segment.SentAt >= _newest)
            (RoundTrip, _newest) = (roundTrip, segment.SentAt);
        if (segment.SentAt > _sentAt || segment.SentAt == _sentAt && Sequence.Before(_end, end))
            (_sentAt, _end) = (segment.SentAt, end);
    }

    /// <summary>Step 4's answer to a DSACK: reordering takes longer than we waited. Once a round trip.</summary>
    public void Duplicate(uint acknowledgment, uint next)
    {
        if (_inRound && Sequence.Before(acknowledgment, _roundEnd))
            return;
        _inRound = true;
        _roundEnd = next;
        _multiplier = Math.Min(_multiplier + 1, 64);
        _persistence = 16;
    }

    /// <summary>An original arrived after its copy had been sent: that is reordering too, though step 3 looks at what was sent once only.</summary>
    public void Reordered() => _reordering = true;

    /// <summary>A recovery ended: after 16 of them the patience that DSACKs taught is forgotten.</summary>
    public void Recovered()
    {
        if (_persistence > 0 && --_persistence == 0)
            _multiplier = 1;
    }

    /// <summary>Steps 4 and 5: marks what is lost.</summary>
    /// <param name="board">In flight.</param>
    /// <param name="now">The time.</param>
    /// <param name="smoothed">Smoothed round trip.</param>
    /// <param name="isRecovering">In fast recovery, or after a timeout.</param>
    /// <param name="segmentSize">Bytes of a full segment.</param>
    /// <returns>How long until the next segment would be lost; 0: none waits.</returns>
    public long Detect(Scoreboard board, long now, long smoothed, bool isRecovering, int segmentSize)
    {
        var patience = Patience(board, smoothed, isRecovering, segmentSize);
        long longest = 0;
        for (var segment = board.Oldest; segment is not null;)
        {
            var later = segment.LaterSent;
            if (!IsOlder(segment))
                break;
            var remaining = segment.SentAt + RoundTrip + patience - now;
            if (remaining <= 0)
                board.MarkLost(segment);
            else
                longest = Math.Max(longest, remaining);
            segment = later;
        }
        return longest;
    }

    private bool IsOlder(SentSegment segment) =>
        segment.SentAt < _sentAt || segment.SentAt == _sentAt && Sequence.Before(segment.End, _end);

    private long Patience(Scoreboard board, long smoothed, bool isRecovering, int segmentSize)
    {
        if (!_reordering && (isRecovering || board.SackedBytes >= DuplicateThreshold * segmentSize))
            return 0;
        return LeastRoundTrip == long.MaxValue ? 0 : Math.Min(_multiplier * (LeastRoundTrip / 4), smoothed);
    }
}
