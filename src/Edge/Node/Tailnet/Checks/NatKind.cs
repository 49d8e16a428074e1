namespace Edge.Node.Tailnet.Checks;

/// <summary>How hard a NAT makes it to be reached directly.</summary>
internal enum NatKind : byte
{
    /// <summary>Fewer than two STUN servers answered by IPv4.</summary>
    Unknown,

    /// <summary>The address that servers see is the machine's own.</summary>
    None,

    /// <summary>One endpoint for all destinations (RFC 4787's endpoint-independent mapping).</summary>
    Easy,

    /// <summary>An endpoint for each destination ("symmetric").</summary>
    Hard,
}
