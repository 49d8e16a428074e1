namespace Edge.Orb.Proxy.Http1;

/// <summary>How the end of a body is known.</summary>
internal enum BodyKind
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>By its length.</summary>
    Length,

    /// <summary>It comes in chunks, of which the last is empty.</summary>
    Chunks,

    /// <summary>By the end of the connection.</summary>
    Connection,
}
