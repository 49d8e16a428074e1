namespace Edge.Orb.Proxy.Http1;

/// <summary>How far the body of a request has come.</summary>
internal enum BodyState
{
    /// <summary>The upstream has not asked for it.</summary>
    Waiting,

    Sending,

    /// <summary>It is whole, or there is none.</summary>
    Sent,

    /// <summary>Its end will not come: nothing can follow on the connection.</summary>
    Unfinished,
}
