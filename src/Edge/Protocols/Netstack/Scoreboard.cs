using System.Diagnostics;

namespace Edge.Protocols.Netstack;

/// <summary>
/// What is in flight: which sequence numbers were sent when, which of them the peer reported (RFC 2018), which are taken for lost and
/// which were sent again. Neighbours that the peer has both of become one, so that its length is that of the gaps.
/// </summary>
internal sealed class Scoreboard(SentSegmentPool pool, Rack rack)
{
    /// <summary>With so many, reports about parts of segments are ignored.</summary>
    public const int MostSegments = 8192;

    private LinkedItems<SentSegment, SentSegment.BySequence> _all;
    private LinkedItems<SentSegment, SentSegment.BySending> _timed;
    private SentSegment? _lostHint;
    private long _measuredFrom;
    private bool _isAmbiguous;

    public SentSegment? First => _all.First;

    public SentSegment? Last => _all.Last;

    /// <summary>The one that was sent the longest ago, of those that may still arrive.</summary>
    public SentSegment? Oldest => _timed.First;

    public int Count => _all.Count;

    public int SackedBytes { get; private set; }

    public int LostBytes { get; private set; }

    public int RetransmittedBytes { get; private set; }

    /// <summary>Of the acknowledgement being processed: sequence numbers that the peer has and had not reported before.</summary>
    public int Delivered { get; private set; }

    /// <summary>
    /// Of the acknowledgement being processed: when the oldest one acknowledged was sent; 0: there is none, or some of them were sent again,
    /// so that all of them may have waited at the peer for that.
    /// </summary>
    public long MeasuredFrom => _isAmbiguous ? 0 : _measuredFrom;

    /// <summary>Starts the processing of an acknowledgement.</summary>
    public void Begin() => (Delivered, _measuredFrom, _isAmbiguous) = (0, 0, false);

    public void Sent(uint start, int length, long now)
    {
        var segment = pool.Rent();
        segment.Start = start;
        segment.Length = length;
        segment.SentAt = now;
        Link(segment, after: Last);
        LinkNewest(segment);
    }

    /// <summary>All before <paramref name="acknowledgment"/> is the peer's.</summary>
    public void Acknowledge(uint acknowledgment)
    {
        while (First is { } segment && Sequence.Before(segment.Start, acknowledgment))
        {
            var part = Math.Min(segment.Length, (int)(acknowledgment - segment.Start));
            _isAmbiguous |= segment.WasRetransmitted;
            if (!segment.IsSacked)
            {
                Delivered += part;
                if (_measuredFrom == 0 || segment.SentAt < _measuredFrom)
                    _measuredFrom = segment.SentAt;
                rack.Delivered(segment, segment.Start + (uint)part, isInOrder: true);
            }
            Tally(segment, -part);
            segment.Start += (uint)part;
            segment.Length -= part;
            if (segment.Length > 0)
                return;
            Unlink(segment);
        }
    }

    /// <summary>The peer reports that it has these (RFC 2018 section 3).</summary>
    public void Sack(uint left, uint right)
    {
        for (var segment = First; segment is not null && Sequence.Before(segment.Start, right); segment = segment.Next)
        {
            if (segment.IsSacked || Sequence.AtMost(segment.End, left))
                continue;
            if (Sequence.Before(segment.Start, left))
            {
                if (Count >= MostSegments)
                    return;
                Split(segment, (int)(left - segment.Start));
                continue;
            }
            if (Sequence.Before(right, segment.End))
            {
                if (Count >= MostSegments)
                    return;
                Split(segment, (int)(right - segment.Start));
            }
            rack.Delivered(segment, segment.End, isInOrder: false);
            Delivered += segment.Length;
            if (_measuredFrom == 0)
                _measuredFrom = segment.SentAt;
            _isAmbiguous |= segment.WasRetransmitted;
            Tally(segment, -segment.Length);
            segment.IsLost = segment.IsRetransmitted = false;
            segment.IsSacked = true;
            Tally(segment, segment.Length);
            UnlinkTimed(segment);
            segment = Merge(segment);
        }
    }

    /// <summary>Whether the peer has reported all of these.</summary>
    public bool IsSacked(uint left, uint right)
    {
        for (var segment = First; segment is not null && Sequence.AtMost(segment.Start, left); segment = segment.Next)
            if (segment.IsSacked && Sequence.AtMost(right, segment.End))
                return true;
        return false;
    }

    /// <summary>The first one that is lost and was not sent again since.</summary>
    public SentSegment? NextLost()
    {
        if (LostBytes == RetransmittedBytes)
            return null;
        var segment = _lostHint ?? First;
        while (segment is not null && (!segment.IsLost || segment.IsRetransmitted))
            segment = segment.Next;
        return _lostHint = segment;
    }

    public void MarkLost(SentSegment segment)
    {
        if (segment.IsSacked || segment.IsLost && !segment.IsRetransmitted)
            return;
        Tally(segment, -segment.Length);
        segment.IsLost = true;
        segment.IsRetransmitted = false;
        Tally(segment, segment.Length);
        UnlinkTimed(segment);
        if (_lostHint is null || Sequence.Before(segment.Start, _lostHint.Start))
            _lostHint = segment;
    }

    /// <summary>A lost one is on its way again.</summary>
    public void Resent(SentSegment segment, long now)
    {
        Tally(segment, -segment.Length);
        segment.IsRetransmitted = segment.IsLost;
        segment.WasRetransmitted = true;
        Tally(segment, segment.Length);
        segment.SentAt = now;
        UnlinkTimed(segment);
        LinkNewest(segment);
    }

    /// <summary>Cuts a segment in two; the second part comes right behind it in both lists.</summary>
    /// <returns>The second part.</returns>
    public SentSegment Split(SentSegment segment, int length)
    {
        var rest = pool.Rent();
        rest.Start = segment.Start + (uint)length;
        rest.Length = segment.Length - length;
        rest.SentAt = segment.SentAt;
        rest.IsSacked = segment.IsSacked;
        rest.IsLost = segment.IsLost;
        rest.IsRetransmitted = segment.IsRetransmitted;
        rest.WasRetransmitted = segment.WasRetransmitted;
        Tally(segment, -rest.Length);
        segment.Length = length;
        Link(rest, segment);
        if (!segment.IsTimed)
            return rest;
        rest.IsTimed = true;
        _timed.AddAfter(rest, segment);
        return rest;
    }

    /// <summary>The peer took its reports back, which it may (RFC 2018 section 8).</summary>
    public void ForgetSacks()
    {
        for (var segment = First; segment is not null; segment = segment.Next)
            if (segment.IsSacked)
            {
                Tally(segment, -segment.Length);
                segment.IsSacked = false;
                Tally(segment, segment.Length);
                LinkNewest(segment);
            }
    }

    /// <summary>What was taken for lost was not.</summary>
    public void ForgetLosses()
    {
        for (var segment = First; segment is not null; segment = segment.Next)
            if (segment.IsLost)
            {
                Tally(segment, -segment.Length);
                segment.IsLost = segment.IsRetransmitted = false;
                Tally(segment, segment.Length);
                if (!segment.IsTimed)
                    LinkNewest(segment);
            }
        _lostHint = null;
    }

    public void Clear()
    {
        while (First is { } segment)
            Unlink(segment);
        SackedBytes = LostBytes = RetransmittedBytes = 0;
    }

    /// <summary>Walks all of it: for debug builds and their fuzzing.</summary>
    /// <param name="unacknowledged">SND.UNA.</param>
    /// <param name="next">SND.NXT.</param>
    [Conditional("DEBUG")]
    public void CheckInvariants(uint unacknowledged, uint next)
    {
        int count = 0, timed = 0, sacked = 0, lost = 0, again = 0;
        var at = unacknowledged;
        for (var segment = First; segment is not null; at = segment.End, segment = segment.Next, count++)
        {
            Debug.Assert(segment.Start == at && segment.Length > 0, "what is in flight has no gaps");
            Debug.Assert(segment.Next is null ? segment == Last : segment.Next.Previous == segment, "both directions of the list agree");
            Debug.Assert(!segment.IsSacked || !segment.IsLost && !segment.IsTimed, "what the peer has is not lost");
            Debug.Assert(!segment.IsRetransmitted || segment.IsLost, "only what is lost is sent again");
            Debug.Assert(segment.IsTimed == (!segment.IsSacked && (!segment.IsLost || segment.IsRetransmitted)), "what may arrive is timed");
            sacked += segment.IsSacked ? segment.Length : 0;
            lost += segment.IsLost ? segment.Length : 0;
            again += segment.IsRetransmitted ? segment.Length : 0;
            timed += segment.IsTimed ? 1 : 0;
        }
        Debug.Assert(at == next, "all that is in flight is there");
        Debug.Assert((count, sacked, lost, again) == (Count, SackedBytes, LostBytes, RetransmittedBytes), "the sums are those of the segments");
        for (var segment = Oldest; segment is not null; segment = segment.LaterSent)
            timed--;
        Debug.Assert(timed == 0, "the list by time has the timed ones");
    }

    // Takes bytes of a segment out of the sums that its marks put it in, or into them.
    private void Tally(SentSegment segment, int bytes)
    {
        if (segment.IsSacked)
            SackedBytes += bytes;
        if (segment.IsLost)
            LostBytes += bytes;
        if (segment.IsRetransmitted)
            RetransmittedBytes += bytes;
    }

    private SentSegment Merge(SentSegment segment)
    {
        if (segment.Next is { IsSacked: true } next)
        {
            segment.Length += next.Length;
            Unlink(next);
        }
        if (segment.Previous is not { IsSacked: true } previous)
            return segment;
        previous.Length += segment.Length;
        Unlink(segment);
        return previous;
    }

    private void Link(SentSegment segment, SentSegment? after)
    {
        Tally(segment, segment.Length);
        _all.AddAfter(segment, after);
    }

    private void Unlink(SentSegment segment)
    {
        if (_lostHint == segment)
            _lostHint = segment.Next;
        UnlinkTimed(segment);
        _all.Remove(segment);
        pool.Return(segment);
    }

    private void LinkNewest(SentSegment segment)
    {
        segment.IsTimed = true;
        _timed.Add(segment);
    }

    private void UnlinkTimed(SentSegment segment)
    {
        if (!segment.IsTimed)
            return;
        segment.IsTimed = false;
        _timed.Remove(segment);
    }
}
