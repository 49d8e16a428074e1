namespace Edge.Protocols.Dns;

internal enum DnsUpstreamKind : byte
{
    /// <summary>UDP, then TCP.</summary>
    Plain,

    /// <summary>HTTPS (RFC 8484).</summary>
    Https,

    /// <summary>HTTP inside the tunnel: a peer that looks up for others.</summary>
    Peer,
}
