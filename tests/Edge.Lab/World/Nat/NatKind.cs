namespace Edge.Lab.World.Nat;

/// <summary>How a NAT maps and filters UDP (RFC 4787 sections 4 and 5; the names are RFC 3489's).</summary>
internal enum NatKind
{
    /// <summary>No NAT: the host has a public address, and nothing stands before it.</summary>
    None,

    /// <summary>One port outside for one inside, open to everybody.</summary>
    FullCone,

    /// <summary>Open to addresses that were sent to.</summary>
    Restricted,

    /// <summary>Open to addresses and ports that were sent to.</summary>
    PortRestricted,

    /// <summary>Another port outside for each destination, open to that alone.</summary>
    Symmetric,

    /// <summary>A firewall that lets no UDP through.</summary>
    Blocked,
}
