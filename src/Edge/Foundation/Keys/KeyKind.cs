namespace Edge.Foundation.Keys;

/// <summary>What a public key of a Tailscale network is for. Kinds are types, so that a node's key is never taken for a machine's.</summary>
internal interface IKeyKind
{
    /// <summary>What stands before the hexadecimal digits, colon included (tailscale types/key, v1.96.5).</summary>
    static abstract string Prefix { get; }
}

/// <summary>Names a machine to the control server; Noise's static key.</summary>
internal readonly struct MachineKind : IKeyKind
{
    public static string Prefix => "mkey:";
}

/// <summary>Names a node to all others; WireGuard's static key.</summary>
internal readonly struct NodeKind : IKeyKind
{
    public static string Prefix => "nodekey:";
}

/// <summary>Seals path discovery; a new one at each start.</summary>
internal readonly struct DiscoKind : IKeyKind
{
    public static string Prefix => "discokey:";
}

/// <summary>The control server's challenge for a node's key.</summary>
internal readonly struct ChallengeKind : IKeyKind
{
    public static string Prefix => "chalpub:";
}
