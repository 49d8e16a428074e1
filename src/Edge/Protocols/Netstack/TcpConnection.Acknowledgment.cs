using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// RFC 9293 section 3.10.7.4, fifth: check the ACK field.
internal sealed partial class TcpConnection
{
    private uint _unacknowledged;
    private uint _nextSend;
    private uint _sendWindow;
    private uint _maxSendWindow;
    private uint _windowSequence;
    private uint _windowAcknowledgment;
    private bool _isFinSent;

    /// <summary>Sequence numbers in flight.</summary>
    private int Outstanding => (int)(_nextSend - _unacknowledged);

    /// <summary>Bytes of text in flight.</summary>
    private int Sent => Outstanding - (_isFinSent && Outstanding > 0 ? 1 : 0);

    private bool TakeAcknowledgment(Timestamp now, in TcpSegment segment)
    {
        if (!segment.IsAck)
            return false;
        if (State == TcpState.SynReceived && !TakeHandshakeAcknowledgment(now, segment))
            return false;
        if (State == TcpState.TimeWait)
        {
            // "The only thing that can arrive in this state is a retransmission of the remote FIN." The eighth step answers it.
            return true;
        }
        // RFC 5961 section 5.2: older than the largest window ever, or not sent yet: injected, or hopelessly late.
        if (Sequence.Before(_nextSend, segment.Acknowledgment) || Sequence.Before(segment.Acknowledgment, _unacknowledged - _maxSendWindow))
        {
            Challenge(now);
            return false;
        }
        ProcessAcknowledgment(now, segment);
        if (!_isFinSent || _unacknowledged != _nextSend)
            return true;
        switch (State)
        {
            case TcpState.FinWait1:
                State = TcpState.FinWait2;
                if (_isReleased)
                    _lifeEnds = now + _stack.Options.TimeWait;
                return true;
            case TcpState.Closing:
                BecomeTimeWait(now);
                return true;
            case TcpState.LastAck:
                Close(CloseReason.Finished);
                return false;
            default:
                return true;
        }
    }

    private bool TakeHandshakeAcknowledgment(Timestamp now, in TcpSegment segment)
    {
        if (segment.Acknowledgment != _initialSend + 1)
        {
            _stack.SendReset(Key, segment.Acknowledgment, null);
            return false;
        }
        MeasureHandshake(now, segment);
        BecomeEstablished(now, segment.Sequence, segment.Acknowledgment, segment.IsSyn ? segment.Window : segment.Window << (_canScale ? _sendShift : 0));
        return true;
    }

    private void ProcessAcknowledgment(Timestamp now, in TcpSegment segment)
    {
        var acknowledgment = Sequence.Later(segment.Acknowledgment, _unacknowledged);
        var acknowledged = (int)(acknowledgment - _unacknowledged);
        var hasEcho = _hasTimestamps && segment.HasTimestamps && segment.TimestampEcho != 0;
        _rack.Begin(now.Nanoseconds, hasEcho, segment.TimestampEcho, _clockOffset);
        _board.Begin();
        var wasSacked = _board.SackedBytes;
        var duplicateEnd = TakeSack(segment);
        var newlySacked = _board.SackedBytes - wasSacked;
        var inFlight = InFlight;
        var wasOutstanding = Outstanding;
        if (acknowledged > 0)
        {
            _board.Acknowledge(acknowledgment);
            _send.Acknowledge(Math.Min(acknowledged, Sent));
            _unacknowledged = acknowledgment;
            if (Sequence.Before(_smallSegmentEnd, acknowledgment))
                _smallSegmentEnd = acknowledgment;
            _retries = 0;
            _stuckSince = Timestamp.Never;
            _isUnreachable = false;
        }
        var windowBefore = _sendWindow;
        UpdateSendWindow(now, segment);
        if (_board.MeasuredFrom != 0)
            _roundTrip.Measured(now - new Timestamp(_board.MeasuredFrom));
        else if (hasEcho && acknowledged > 0)
            MeasureEcho(now, segment);
        EndTailProbe(now, segment.Acknowledgment, duplicateEnd, acknowledged, newlySacked, segment.Payload.Length);
        // RFC 5681 section 2: what a duplicate acknowledgement is.
        var isDuplicate = acknowledged == 0 && wasOutstanding > 0 && segment.Payload.IsEmpty && !segment.IsFin
            && segment.Acknowledgment == _unacknowledged && _sendWindow == windowBefore;
        Recover(now, acknowledged, isDuplicate, hasEcho ? segment.TimestampEcho : null, inFlight);
        RestartTimer(now, acknowledged > 0);
        if (acknowledged + newlySacked > 0 && _wantsRoom && !_isSendingFinished && SendLimit - Kept >= SendLimit / 3)
        {
            _wantsRoom = false;
            Raise(TcpEvents.Writable);
        }
    }

    private void UpdateSendWindow(Timestamp now, in TcpSegment segment)
    {
        if (Sequence.Before(segment.Acknowledgment, _unacknowledged))
            return;
        var window = (uint)segment.Window << (_canScale && !segment.IsSyn ? _sendShift : 0);
        // "If SND.WL1 < SEG.SEQ or (SND.WL1 = SEG.SEQ and SND.WL2 =< SEG.ACK)"; a window that grows at the same place is news as well.
        if (!Sequence.Before(_windowSequence, segment.Sequence)
            && !(_windowSequence == segment.Sequence && Sequence.AtMost(_windowAcknowledgment, segment.Acknowledgment)))
            return;
        if (_sendWindow == 0 && window > 0)
            WindowOpened(now);
        _sendWindow = window;
        _maxSendWindow = Math.Max(_maxSendWindow, window);
        _windowSequence = segment.Sequence;
        _windowAcknowledgment = segment.Acknowledgment;
        // An answer to a probe: the peer is there, its window may stay shut as long as it likes (RFC 9293 section 3.8.6.1), or as long as
        // somebody here wants to know: what was queued by who let go is not kept for ever.
        if ((Outstanding == 0 || window == 0) && !_isReleased)
            _stuckSince = Timestamp.Never;
    }

    private void WindowOpened(Timestamp now)
    {
        _persistRetries = 0;
        if (Outstanding == 0 || _board.First is not { } first)
            return;
        // The peer had shrunk it, to nothing, with text on its way: that was not taken, and need not wait for the timeout.
        _retries = 0;
        if (first.Length > _segmentSize)
            _board.Split(first, _segmentSize);
        _board.MarkLost(first);
        ArmRetransmission(now);
    }

    // RFC 7323 section 4: where what was acknowledged was sent more than once, the echo tells which copy it was.
    private void MeasureEcho(Timestamp now, in TcpSegment segment)
    {
        var milliseconds = (int)(Clock(now) - segment.TimestampEcho);
        if (milliseconds >= 0 && milliseconds < 120_000)
            _roundTrip.Measured(TimeSpan.FromMilliseconds(Math.Max(1, milliseconds)));
    }

    /// <summary>TSval: milliseconds, from a start that tells nothing about the machine (RFC 7323 section 5.4 and 7.1).</summary>
    private uint Clock(Timestamp now) => (uint)(now.Nanoseconds / 1_000_000) + _clockOffset;

    /// <returns>The end of what the peer reports to have got twice (RFC 2883); null: nothing.</returns>
    private uint? TakeSack(in TcpSegment segment)
    {
        if (!_hasSack)
            return null;
        uint? duplicate = null;
        for (var i = 0; i < segment.Sack.SackBlocks; i++)
        {
            var (left, right) = segment.Sack.SackBlock(i);
            var isBelow = Sequence.AtMost(right, Sequence.Later(segment.Acknowledgment, _unacknowledged));
            if (i == 0 && Sequence.Before(left, right) && (isBelow || segment.Sack.SackBlocks > 1 && IsInside(segment.Sack.SackBlock(1), left, right)))
            {
                duplicate = right;
                _rack.Duplicate(segment.Acknowledgment, _nextSend);
            }
            // Blocks that no honest peer would send mark nothing.
            if (!isBelow && Sequence.Before(left, right) && !Sequence.Before(left, _unacknowledged) && Sequence.AtMost(right, _nextSend))
                _board.Sack(left, right);
        }
        return duplicate;
    }

    private static bool IsInside((uint Left, uint Right) outer, uint left, uint right) => Sequence.AtMost(outer.Left, left) && Sequence.AtMost(right, outer.Right);
}
