namespace Edge.Node.Tailnet;

/// <summary>How packets go to a peer.</summary>
internal enum PathKind
{
    /// <summary>None did lately, or there is no way.</summary>
    None,

    /// <summary>From this node to the peer and back.</summary>
    Direct,

    /// <summary>By the peer's home relay.</summary>
    Relay,
}
