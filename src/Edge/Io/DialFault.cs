namespace Edge.Io;

/// <summary>What kept a connection from being made, as far as it is known.</summary>
internal enum DialFault
{
    Other,

    /// <summary>The other side said no.</summary>
    Refused,

    /// <summary>Nothing leads there.</summary>
    NoRoute,

    /// <summary>Nobody answered.</summary>
    TimedOut,
}
