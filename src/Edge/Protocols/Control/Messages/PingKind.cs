namespace Edge.Protocols.Control.Messages;

/// <summary>How a peer is pinged (tailcfg.PingType, v1.96.5).</summary>
internal enum PingKind
{
    /// <summary>By path discovery's own messages, without IP.</summary>
    Disco,

    /// <summary>By an IP packet that the peer's client answers, whatever its host would.</summary>
    Tsmp,

    /// <summary>By an echo request that the peer's host answers.</summary>
    Icmp,

    /// <summary>By a request to the peer's HTTP interface for peers.</summary>
    PeerApi,
}
