namespace Edge.Foundation.Wire;

/// <summary>IPv4 protocol and IPv6 next-header numbers (IANA "Assigned Internet Protocol Numbers") that Edge names; others occur.</summary>
internal enum IpProtocol : byte
{
    HopByHopOptions = 0,
    Icmp = 1,
    Igmp = 2,
    Ipv4 = 4,
    Tcp = 6,
    Udp = 17,
    Ipv6 = 41,
    Routing = 43,
    Fragment = 44,
    Esp = 50,
    Authentication = 51,
    Icmpv6 = 58,
    NoNextHeader = 59,
    DestinationOptions = 60,

    /// <summary>Tailscale's own messages between nodes, inside the tunnel.</summary>
    Tsmp = 99,
    Sctp = 132,
    Mobility = 135,
    HostIdentity = 139,
    Shim6 = 140,
}
