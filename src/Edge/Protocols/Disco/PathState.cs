namespace Edge.Protocols.Disco;

/// <summary>What is known of the way to a peer.</summary>
internal enum PathState : byte
{
    /// <summary>Nobody wanted to reach it yet.</summary>
    Unknown,

    /// <summary>Its candidates are being pinged; packets go by the relay.</summary>
    Probing,

    /// <summary>A candidate answers; packets go there, and by the relay too when it has not answered lately.</summary>
    Direct,

    /// <summary>The path in use stopped answering; packets go both ways.</summary>
    Degraded,

    /// <summary>No candidate answered; packets go by the relay, and from time to time the candidates are tried again.</summary>
    RelayOnly,
}
