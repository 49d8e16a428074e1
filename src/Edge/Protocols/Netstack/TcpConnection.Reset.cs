using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// RFC 9293 section 3.10.7.4, second: check the RST bit; with RFC 5961 section 3.
internal sealed partial class TcpConnection
{
    private bool IsWithoutReset(Timestamp now, in TcpSegment segment)
    {
        if (!segment.IsRst)
            return true;
        // In the window is not enough: only the exact number is what the peer alone knows.
        if (segment.Sequence != _nextReceive)
        {
            Challenge(now);
            return false;
        }
        var reason = State switch
        {
            TcpState.SynReceived => CloseReason.Refused,
            TcpState.Closing or TcpState.LastAck or TcpState.TimeWait => CloseReason.Finished,
            _ => CloseReason.Reset,
        };
        Close(reason);
        return false;
    }
}
