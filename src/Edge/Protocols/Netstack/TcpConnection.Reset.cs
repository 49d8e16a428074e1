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
            TcpState.TimeWait => CloseReason.Finished,
            // Only the acknowledgement of our FIN is missing; the user need not know. Text that the peer may not have is another matter.
            TcpState.Closing or TcpState.LastAck when Sent == 0 => CloseReason.Finished,
            _ => CloseReason.Reset,
        };
        Close(reason);
        return false;
    }
}
