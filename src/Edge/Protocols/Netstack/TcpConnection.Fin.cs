using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// RFC 9293 section 3.10.7.4, eighth: check the FIN bit.
internal sealed partial class TcpConnection
{
    private bool _hasPeerFinished;
    private bool _isFinKnown;
    private uint _finSequence;

    private void TakeFin(Timestamp now, in TcpSegment segment)
    {
        if (State is TcpState.Closed)
            return;
        if (segment.IsFin && !_hasPeerFinished)
        {
            _isFinKnown = true;
            _finSequence = segment.Sequence + (uint)segment.Payload.Length + (segment.IsSyn ? 1u : 0);
            _isAckDue = true;
        }
        else if (segment.IsFin)
        {
            // Again: our acknowledgement was lost.
            _isAckDue = true;
            if (State == TcpState.TimeWait)
                _lifeEnds = now + _stack.Options.TimeWait;
            return;
        }
        // It may have come before the text in front of it.
        if (!_isFinKnown || _hasPeerFinished || _finSequence != _nextReceive)
            return;
        _hasPeerFinished = true;
        _nextReceive++;
        // A FIN may stand where the window ends.
        _advertised = Sequence.Later(_advertised, _nextReceive);
        _isAckDue = true;
        Raise(TcpEvents.PeerFinished);
        switch (State)
        {
            case TcpState.Established:
                State = TcpState.CloseWait;
                break;
            case TcpState.FinWait1:
                State = TcpState.Closing;
                break;
            case TcpState.FinWait2:
                BecomeTimeWait(now);
                break;
        }
    }

    private void BecomeTimeWait(Timestamp now)
    {
        State = TcpState.TimeWait;
        _retransmitAt = _reorderAt = _delayedAckAt = _keepaliveAt = Timestamp.Never;
        _lifeEnds = now + _stack.Options.TimeWait;
        _send.Clear();
        CloseReason = CloseReason.Finished;
        Raise(TcpEvents.Closed);
        _stack.BecameTimeWait(this);
    }
}
