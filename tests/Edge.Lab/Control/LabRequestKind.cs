namespace Edge.Lab.Control;

/// <summary>What a request is about.</summary>
internal enum LabRequestKind
{
    /// <summary>The server's key.</summary>
    Key,

    /// <summary>A channel.</summary>
    Upgrade,

    Register,

    /// <summary>The stream of the map.</summary>
    Map,

    /// <summary>What a node tells of itself.</summary>
    Update,

    /// <summary>Whatever else, inside of a channel or not.</summary>
    Other,
}
