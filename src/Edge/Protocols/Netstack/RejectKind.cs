namespace Edge.Protocols.Netstack;

/// <summary>How an incoming connection is turned away before its SYN is answered.</summary>
internal enum RejectKind : byte
{
    /// <summary>As a host without a listener does: RST.</summary>
    Reset,

    /// <summary>As a firewall does: nothing.</summary>
    Silence,

    /// <summary>As a router without a way does: ICMP host unreachable.</summary>
    Unreachable,

    /// <summary>As a router with a policy does: ICMP administratively prohibited.</summary>
    Prohibited,
}
