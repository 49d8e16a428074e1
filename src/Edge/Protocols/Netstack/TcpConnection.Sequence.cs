using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// RFC 9293 section 3.10.7.4, first: check sequence number; with PAWS (RFC 7323 section 5.3).
internal sealed partial class TcpConnection
{
    // RFC 5961 section 7 asks for a limit of challenge acknowledgements; this one is the connection's own, so that it tells nobody about others.
    private static readonly TimeSpan s_challengeInterval = TimeSpan.FromMilliseconds(500);

    // RFC 7323 section 5.5: after so long without a segment the peer's clock may have wrapped.
    private static readonly TimeSpan s_timestampLife = TimeSpan.FromDays(24);

    private uint _nextReceive;

    // Where the window ends that the peer was told of, and where it was meant to: the field counts in units of 2^shift.
    private uint _advertised;
    private uint _offered;
    private uint _lastAckSent;
    private uint _recentTimestamp;
    private Timestamp _recentTimestampAt;
    private Timestamp _challengeAt;

    private bool IsAcceptable(Timestamp now, in TcpSegment segment)
    {
        if (_hasTimestamps && segment.HasTimestamps && !segment.IsRst
            && Sequence.Before(segment.TimestampValue, _recentTimestamp) && now - _recentTimestampAt < s_timestampLife)
        {
            AnswerUnacceptable(now, segment);
            return false;
        }
        var window = _advertised - _nextReceive;
        var end = segment.Sequence + (uint)segment.Length;
        bool acceptable;
        if (segment.Length == 0)
            acceptable = window == 0 ? segment.Sequence == _nextReceive : IsInWindow(segment.Sequence, window);
        else
            acceptable = window > 0 && (IsInWindow(segment.Sequence, window) || IsInWindow(end - 1, window)
                || Sequence.Before(segment.Sequence, _nextReceive) && Sequence.Before(_nextReceive, end));
        // "If the RCV.WND is zero, no segments will be acceptable, but special allowance should be made to accept valid ACKs and RSTs":
        // what starts at RCV.NXT is looked at, and its text is cut away by the seventh step. A FIN alone needs no room.
        if (!acceptable && window == 0 && segment.Sequence == _nextReceive)
        {
            acceptable = true;
            _isAckDue |= segment.Payload.Length > 0;
        }
        if (acceptable)
            return true;
        if (!segment.IsRst)
            AnswerUnacceptable(now, segment);
        return false;
    }

    private bool IsInWindow(uint sequence, uint window) => sequence - _nextReceive < window;

    // "If an incoming segment is not acceptable, an acknowledgment should be sent in reply."
    private void AnswerUnacceptable(Timestamp now, in TcpSegment segment)
    {
        if (segment.IsRst)
            return;
        if (State == TcpState.SynReceived && segment.IsSyn && segment.Sequence == _initialReceive)
        {
            // The peer did not get our SYN-ACK, or it is a simultaneous open whose SYN-ACK is our SYN's acknowledgement.
            if (segment.IsAck)
                TakeAcknowledgment(now, segment);
            else
                _isSynDue = true;
            return;
        }
        if (State == TcpState.TimeWait)
            _lifeEnds = now + _stack.Options.TimeWait;
        if (segment.Payload.Length > 0)
        {
            NoteDuplicate(segment.Sequence, segment.Sequence + (uint)segment.Payload.Length);
            _isAckDue = true;
        }
        else if (segment.IsFin)
        {
            _isAckDue = true;
        }
        else
        {
            Challenge(now);
        }
    }

    /// <summary>An acknowledgement that lets an honest peer put itself right (RFC 5961). Limited, because two confused ends would answer each other for ever.</summary>
    private void Challenge(Timestamp now)
    {
        if (now < _challengeAt)
            return;
        _challengeAt = now + s_challengeInterval;
        _isAckDue = true;
    }
}
