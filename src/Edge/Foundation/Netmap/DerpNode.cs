namespace Edge.Foundation.Netmap;

/// <summary>One relay or STUN server of a region (tailcfg.DERPNode, v1.96.5).</summary>
internal sealed record DerpNode
{
    /// <summary>Unique in the map: `900a`.</summary>
    public string Name { get; init; } = "";

    public int RegionId { get; init; }

    /// <summary>The name to look up and, without <see cref="CertificateName"/>, to verify; may be an IP address.</summary>
    public string HostName { get; init; } = "";

    /// <summary>The name to verify instead; `sha256-raw:HEX` is the hash of the whole certificate. Empty: <see cref="HostName"/>.</summary>
    public string CertificateName { get; init; } = "";

    /// <summary>An address: use it without a look-up. Another text, such as `none`: do not use IPv4. Empty: look it up.</summary>
    public string Ipv4 { get; init; } = "";

    /// <inheritdoc cref="Ipv4"/>
    public string Ipv6 { get; init; } = "";

    /// <summary>0: 3478; -1: no STUN.</summary>
    public int StunPort { get; init; }

    /// <summary>No relay.</summary>
    public bool IsStunOnly { get; init; }

    /// <summary>0: 443; <see cref="TlsPort"/> is the one to dial.</summary>
    public int DerpPort { get; init; }

    public int TlsPort => DerpPort == 0 ? 443 : DerpPort;

    /// <summary>Its certificate is not verified; only tests say so.</summary>
    public bool IsInsecureForTests { get; init; }

    /// <summary>Where STUN is asked instead, in tests.</summary>
    public string StunTestIp { get; init; } = "";

    /// <summary>Port 80 answers too.</summary>
    public bool CanPort80 { get; init; }
}
