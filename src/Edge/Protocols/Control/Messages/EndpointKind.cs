namespace Edge.Protocols.Control.Messages;

/// <summary>How an endpoint was found (tailcfg.EndpointType).</summary>
internal enum EndpointKind
{
    Unknown = 0,

    /// <summary>An address of the machine itself.</summary>
    Local = 1,

    /// <summary>What a STUN server saw.</summary>
    Stun = 2,

    /// <summary>A port that a router was asked for.</summary>
    PortMapped = 3,

    /// <summary>What a STUN server saw of the address, with the local port: behind a hard NAT it may be forwarded.</summary>
    StunWithLocalPort = 4,

    /// <summary>Set by the user.</summary>
    Explicit = 5,
}
