namespace Edge.Protocols.Dns;

/// <summary>Record types that Edge names (IANA "Domain Name System (DNS) Parameters"); others occur.</summary>
internal enum DnsType : ushort
{
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    HostInfo = 13,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,

    /// <summary>EDNS: what sender and receiver can do beyond RFC 1035 (RFC 6891).</summary>
    Opt = 41,
    Https = 65,
    Axfr = 252,

    /// <summary>A question for whatever there is.</summary>
    Any = 255,
}
