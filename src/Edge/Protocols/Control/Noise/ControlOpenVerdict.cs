namespace Edge.Protocols.Control.Noise;

/// <summary>What became of a received record.</summary>
internal enum ControlOpenVerdict
{
    /// <summary>It is open; it can be empty.</summary>
    Opened,

    /// <summary>Its end has not arrived.</summary>
    NeedMore,

    /// <summary>A frame that is no record.</summary>
    WrongType,

    /// <summary>Longer than a frame may be.</summary>
    TooLong,

    /// <summary>Changed, repeated, left out or forged.</summary>
    NotGenuine,
}
