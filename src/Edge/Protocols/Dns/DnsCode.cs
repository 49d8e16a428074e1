namespace Edge.Protocols.Dns;

/// <summary>RFC 1035 section 4.1.1, RCODE.</summary>
internal enum DnsCode : byte
{
    Success = 0,
    FormatError = 1,
    ServerFailure = 2,

    /// <summary>The name does not exist (NXDOMAIN).</summary>
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}
