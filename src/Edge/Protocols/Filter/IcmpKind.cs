namespace Edge.Protocols.Filter;

/// <summary>What an ICMP or ICMPv6 message is to the filter.</summary>
internal enum IcmpKind : byte
{
    /// <summary>No ICMP, or a message of another kind, or one too short to tell.</summary>
    Other,
    EchoRequest,
    EchoReply,
    Error,
}
