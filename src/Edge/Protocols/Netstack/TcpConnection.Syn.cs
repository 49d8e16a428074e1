using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// RFC 9293 section 3.10.7.4, fourth: check the SYN bit.
internal sealed partial class TcpConnection
{
    private bool IsWithoutSyn(Timestamp now, in TcpSegment segment)
    {
        if (!segment.IsSyn)
            return true;
        // RFC 5961 section 4: whatever its sequence number, it gets an acknowledgement. A peer that restarted answers it with a RST.
        if (State != TcpState.SynReceived)
            Challenge(now);
        return false;
    }

    /// <summary>Whether a SYN may begin a new connection in place of this one in TIME-WAIT (RFC 6191 section 2).</summary>
    internal bool IsReplaceableBy(in TcpSegment syn)
    {
        if (State != TcpState.TimeWait || !syn.IsSyn || syn.IsAck || syn.IsRst)
            return false;
        if (_hasTimestamps && syn.HasTimestamps && syn.TimestampValue != _recentTimestamp)
            return Sequence.Before(_recentTimestamp, syn.TimestampValue);
        return Sequence.Before(_nextReceive, syn.Sequence);
    }

    /// <summary>Beyond all that this connection used: where one that takes its place may begin.</summary>
    internal uint SequenceAfter => _nextSend + 65_536;
}
