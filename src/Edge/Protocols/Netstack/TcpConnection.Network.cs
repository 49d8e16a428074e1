using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// What routers say (RFC 9293 section 3.9.2.2), believed as far as RFC 5927 allows: only about what is in flight.
internal sealed partial class TcpConnection
{
    /// <summary>A router could not pass on a packet of this connection.</summary>
    /// <param name="now">The time.</param>
    /// <param name="sequence">Of the segment that it quotes.</param>
    /// <param name="isHard">Nobody listens there; else it may pass.</param>
    internal void NetworkSaidUnreachable(Timestamp now, uint sequence, bool isHard)
    {
        _ = now;
        if (!IsInFlight(sequence))
            return;
        _isUnreachable = true;
        // Section 3.9.2.2: hard errors abort a connection that is being opened. Later they are as soft as the rest: anyone can forge them.
        if (isHard && State == TcpState.SynSent)
            Close(CloseReason.Refused);
    }

    /// <summary>The path takes packets of this size only (RFC 1191, RFC 8201).</summary>
    /// <returns>Whether that can be true (RFC 5927 section 7.2): who made it up does not know what is in flight.</returns>
    internal bool NetworkSaidTooBig(uint sequence, int mtu)
    {
        if (!IsInFlight(sequence) || mtu >= _mtu || State is TcpState.Closed or TcpState.Undecided)
            return false;
        _mtu = mtu;
        if (_peerSegmentSize == 0)
            return true;
        var before = _segmentSize;
        SetSegmentSize();
        // Windows are in segments' worth of room; fewer bytes a segment do not make the path slower.
        if (_segmentSize >= before)
            return true;
        // What is in flight in larger pieces will not arrive: it is cut anew. That is no sign of congestion.
        for (var segment = _board.First; segment is not null; segment = segment.Next)
            if (segment.Length > _segmentSize)
                _board.MarkLost(segment);
        Touch();
        return true;
    }

    private bool IsInFlight(uint sequence) => !Sequence.Before(sequence, _unacknowledged) && Sequence.Before(sequence, _nextSend + (_nextSend == _unacknowledged ? 1u : 0));
}
