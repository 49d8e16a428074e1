namespace Edge.Protocols.WireGuard;

/// <summary>Whether a peer's packets can be sealed now.</summary>
internal enum SealVerdict : byte
{
    /// <summary>The run seals.</summary>
    Ready,

    /// <summary>There is no session yet, or older packets still wait: hand each packet to <see cref="WireGuardDevice.Stage"/>.</summary>
    Stage,

    /// <summary>The peer does not exist (any more): drop.</summary>
    UnknownPeer,
}
