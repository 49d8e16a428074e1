using System.Globalization;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Filter;

/// <summary>Whether a packet passes, and why.</summary>
/// <param name="Reason">For counters and for people.</param>
/// <param name="Protocol">What <see cref="PacketSummary.Protocol"/> says.</param>
internal readonly record struct FilterVerdict(FilterReason Reason, IpProtocol Protocol)
{
    public bool IsAccepted => Reason < FilterReason.TooShort;

    public override string ToString() => Reason switch
    {
        FilterReason.Empty => "empty packet",
        FilterReason.LaterFragment => "fragment",
        FilterReason.Outbound => "outbound",
        FilterReason.TcpEstablished => "opens no TCP connection",
        FilterReason.TcpRule => "a rule admits the TCP connection",
        FilterReason.Flow => "an answer to what was sent",
        FilterReason.Rule => "a rule admits it",
        FilterReason.IcmpReply => "ICMP reply or error",
        FilterReason.IcmpRule => "ICMP to an address that a rule opens",
        FilterReason.Tsmp => "message between nodes",
        FilterReason.ProtocolRule => string.Create(CultureInfo.InvariantCulture, $"a rule admits IP protocol {(int)Protocol}"),
        FilterReason.TooShort => "too short",
        FilterReason.UnknownProtocol => "not a readable IP packet",
        FilterReason.Multicast => "multicast",
        FilterReason.LinkLocal => "link-local destination",
        FilterReason.NotLocal => "the destination is no address or route of this node",
        FilterReason.NoRule => "no rule of the tailnet's policy admits it",
        FilterReason.NoProtocolRule => string.Create(CultureInfo.InvariantCulture, $"no rule of the tailnet's policy admits all of IP protocol {(int)Protocol}"),
        _ => Reason.ToString(),
    };
}
