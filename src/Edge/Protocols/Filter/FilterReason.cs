namespace Edge.Protocols.Filter;

/// <summary>Why a packet passes or does not.</summary>
internal enum FilterReason : byte
{
    // What passes; FilterVerdict.IsAccepted counts on their coming first.

    /// <summary>Nothing in it: a keep-alive.</summary>
    Empty,

    /// <summary>An IPv4 fragment other than the first: it is of no use to a receiver that the first did not reach.</summary>
    LaterFragment,

    /// <summary>Outbound: all that is not dropped before the rules.</summary>
    Outbound,

    /// <summary>A TCP segment that opens no connection.</summary>
    TcpEstablished,

    /// <summary>A rule admits the connection.</summary>
    TcpRule,

    /// <summary>UDP or SCTP: an answer to what this node sent.</summary>
    Flow,

    /// <summary>UDP or SCTP: a rule admits it.</summary>
    Rule,

    /// <summary>An ICMP reply or error.</summary>
    IcmpReply,

    /// <summary>Other ICMP: a rule opens something at the address.</summary>
    IcmpRule,

    /// <summary>A message between the nodes themselves.</summary>
    Tsmp,

    /// <summary>A protocol without ports: a rule admits all of it.</summary>
    ProtocolRule,

    // What does not.

    /// <summary>Less than an IPv4 header.</summary>
    TooShort,

    /// <summary>Not IP, cut off, or a protocol that cannot be read.</summary>
    UnknownProtocol,
    Multicast,
    LinkLocal,

    /// <summary>Inbound: to an address that is neither this node's nor one of its routes.</summary>
    NotLocal,

    /// <summary>No rule admits it.</summary>
    NoRule,

    /// <summary>A protocol without ports, and no rule admits all of it.</summary>
    NoProtocolRule,
}
