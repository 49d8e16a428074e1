namespace Edge.Protocols.Derp;

/// <summary>What a write carries.</summary>
internal enum PacketKind
{
    /// <summary>No packets.</summary>
    None,

    /// <summary>Packets of path discovery.</summary>
    Disco,

    /// <summary>Other packets.</summary>
    Other,
}
