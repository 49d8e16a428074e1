namespace Edge.Foundation.Netmap;

/// <summary>
/// One rule of the packet filter: packets from any of the sources to any of the destinations may pass (tailcfg.FilterRule, v1.96.5). What the
/// server wrote and nobody can read is left out, so a rule can have no source and match nothing.
/// </summary>
internal sealed record FilterRule
{
    /// <summary>TCP, UDP, ICMP and ICMPv6: what a rule without protocols is about.</summary>
    public static ValueList<byte> UsualProtocols { get; } = [6, 17, 1, 58];

    public ValueList<AddressRange> Sources { get; init; }

    /// <summary>Node capabilities: a packet from a peer that has one of them comes from a source (`cap:NAME` in the rule).</summary>
    public ValueList<string> SourceCapabilities { get; init; }

    public ValueList<FilterDestination> Destinations { get; init; }

    /// <summary>IP protocol numbers; none: the rule matches no packet.</summary>
    public ValueList<byte> Protocols { get; init; } = UsualProtocols;

    /// <summary>What the sources may ask of applications here. A rule with grants has no destinations.</summary>
    public ValueList<FilterGrant> Grants { get; init; }

    /// <summary>Sources and destinations that could not be read; for people.</summary>
    public ValueList<string> Unreadable { get; init; }
}
