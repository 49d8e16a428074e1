namespace Edge.Protocols.Dns;

/// <summary>How a question came, which bounds its answer.</summary>
internal enum DnsTransport : byte
{
    /// <summary>The answer fits what the question says that its sender takes (RFC 6891 section 6.2.3), 512 bytes without a word.</summary>
    Udp,

    /// <summary>TCP, or a caller in this process: any size.</summary>
    Tcp,
}
