using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// RFC 9293 section 3.10.7.4, "SEGMENT ARRIVES": the order of the checks. LISTEN and CLOSED are the stack's.
internal sealed partial class TcpConnection
{
    internal void Arrives(Timestamp now, in TcpSegment segment)
    {
        if (State == TcpState.SynSent)
            ArrivesInSynSent(now, segment);
        else if (State == TcpState.Undecided)
            ArrivesUndecided(segment);
        else
            ArrivesSynchronized(now, segment);
        if (State != TcpState.Closed)
            Touch();
    }

    private void ArrivesSynchronized(Timestamp now, in TcpSegment segment)
    {
        // First, second, fourth, fifth; there is no third step: security and precedence (section 3.10.7.4, "third") have no users.
        if (!IsAcceptable(now, segment) || !IsWithoutReset(now, segment) || !IsWithoutSyn(now, segment))
            return;
        NoteAlive(now, segment);
        if (!TakeAcknowledgment(now, segment))
            return;
        // Sixth, the URG bit: urgent data stay in the stream, as RFC 6093 asks of everyone; the pointer is not looked at.
        TakeText(now, segment);
        TakeFin(now, segment);
    }

    // The SYN is known already; what else comes before the decision is early, or wrong, and will come again.
    private void ArrivesUndecided(in TcpSegment segment)
    {
        if (segment.IsRst && segment.Sequence == _initialReceive + 1)
            Close(CloseReason.Reset);
    }

    private void NoteAlive(Timestamp now, in TcpSegment segment)
    {
        _lastHeard = now;
        _keepaliveProbes = 0;
        // RFC 7323 section 4.3: only what covers the last acknowledgement sent may move TS.Recent, so that delayed ones do not cut the echo short.
        if (_hasTimestamps && segment.HasTimestamps && Sequence.AtMost(segment.Sequence, _lastAckSent) && !Sequence.Before(segment.TimestampValue, _recentTimestamp))
        {
            _recentTimestamp = segment.TimestampValue;
            _recentTimestampAt = now;
        }
    }
}
