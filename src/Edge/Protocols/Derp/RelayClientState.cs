namespace Edge.Protocols.Derp;

/// <summary>How far a relay's client has come.</summary>
internal enum RelayClientState
{
    /// <summary>It has been greeted and has not said who it is.</summary>
    Greeted,

    /// <summary>It has proven who it is, and whoever decides has not answered.</summary>
    AwaitingVerdict,

    /// <summary>It sends and receives.</summary>
    Open,

    Closed,
}
