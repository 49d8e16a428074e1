using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// RFC 9293 section 3.10.7.3: SYN-SENT; and how a handshake begins and what its options settle.
internal sealed partial class TcpConnection
{
    private readonly uint _initialSend;
    private uint _initialReceive;
    private bool _isSynDue;
    private int _synRetries;
    private Timestamp _synSince;
    private Timestamp _synSentAt;
    private bool _canScale;
    private bool _hasSack;
    private bool _hasTimestamps;
    private int _sendShift;
    private int _peerSegmentSize;
    private bool _isUnreachable;

    /// <summary>OPEN, active.</summary>
    internal void Begin(Timestamp now)
    {
        State = TcpState.SynSent;
        _synSince = now;
        _isSynDue = true;
        Touch();
    }

    /// <summary>Section 3.10.7.2, third: a SYN arrived for a listener.</summary>
    internal void BeginFrom(Timestamp now, in TcpSegment syn)
    {
        TakeSyn(now, syn);
        _synSince = now;
        _lifeEnds = now + _stack.Options.GiveUpAfter;
    }

    private void ArrivesInSynSent(Timestamp now, in TcpSegment segment)
    {
        // First: an acknowledgement of something that we never sent.
        if (segment.IsAck && segment.Acknowledgment != _initialSend + 1)
        {
            if (!segment.IsRst)
                _stack.SendReset(Key, segment.Acknowledgment, null);
            return;
        }
        // Second. Without an acknowledgement anyone could have sent it.
        if (segment.IsRst)
        {
            if (segment.IsAck)
                Close(CloseReason.Refused);
            return;
        }
        // Fourth; the third (security) is void.
        if (!segment.IsSyn)
            return;
        TakeSyn(now, segment);
        if (!segment.IsAck)
        {
            // Simultaneous open (figure 7): our SYN again, now with an acknowledgement.
            State = TcpState.SynReceived;
            _isSynDue = true;
            return;
        }
        _unacknowledged = segment.Acknowledgment;
        MeasureHandshake(now, segment);
        BecomeEstablished(now, segment.Sequence, segment.Acknowledgment, segment.Window);
        _isAckDue = true;
        // What came with the SYN-ACK; few send anything.
        TakeText(now, segment);
        TakeFin(now, segment);
    }

    private void TakeSyn(Timestamp now, in TcpSegment syn)
    {
        _initialReceive = syn.Sequence;
        _nextReceive = _lastAckSent = syn.Sequence + 1;
        // The window of a SYN is never scaled (RFC 7323 section 2.2): 65,535 at most.
        _advertised = _offered = _nextReceive + (uint)Math.Min(_receiveTarget, ushort.MaxValue);
        _canScale = syn.WindowScale >= 0;
        _sendShift = Math.Max(0, syn.WindowScale);
        _hasSack = syn.SackPermitted;
        _hasTimestamps = syn.HasTimestamps;
        _recentTimestamp = syn.TimestampValue;
        _recentTimestampAt = now;
        _lastHeard = now;
        _sendWindow = (uint)syn.Window;
        _maxSendWindow = Math.Max(_maxSendWindow, _sendWindow);
        // RFC 9293 section 3.7.1: without the option, 536 for IPv4 and 1,220 for IPv6. A tiny one would make us send nothing but headers.
        _peerSegmentSize = Math.Max(syn.MaximumSegmentSize == 0 ? (Key.Remote.IsV4 ? 536 : 1220) : syn.MaximumSegmentSize, 64);
        SetSegmentSize();
    }

    private void SetSegmentSize()
    {
        var headers = (Key.Remote.IsV4 ? 20 : 40) + 20;
        // RFC 6691: options come out of the segment, not on top of it.
        _segmentSize = Math.Min(_peerSegmentSize, _mtu - headers) - (_hasTimestamps ? 12 : 0);
        _congestion.SegmentSize = _segmentSize;
        if (_congestion.Window == 0)
            _congestion.Window = Math.Min(_stack.Options.InitialWindow * _segmentSize, Math.Max(2 * _segmentSize, 14_600));
    }

    private void MeasureHandshake(Timestamp now, in TcpSegment segment)
    {
        if (_synRetries == 0)
        {
            _roundTrip.Measured(now - _synSentAt);
            return;
        }
        // RFC 6928 section 3 and RFC 6298 rule 5.7: a lost SYN says something about the path.
        _roundTrip.HandshakeWasSlow();
        _congestion.Window = _segmentSize;
        if (segment.HasTimestamps)
            MeasureEcho(now, segment);
    }

    private void BecomeEstablished(Timestamp now, uint sequence, uint acknowledgment, int window)
    {
        State = TcpState.Established;
        _unacknowledged = acknowledgment;
        if (Sequence.Before(_nextSend, acknowledgment))
            _nextSend = acknowledgment;
        _sendWindow = (uint)window;
        _maxSendWindow = Math.Max(_maxSendWindow, _sendWindow);
        _windowSequence = sequence;
        _windowAcknowledgment = acknowledgment;
        _retransmitAt = Timestamp.Never;
        _lifeEnds = Timestamp.Never;
        _isSynDue = false;
        _isUnreachable = false;
        _lastSent = now;
        _stack.IsHalfOpenNoMore(this);
        ArmKeepalive(now);
        Raise(TcpEvents.Established);
        _wantsRoom = true;
    }
}
