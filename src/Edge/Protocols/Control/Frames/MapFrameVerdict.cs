namespace Edge.Protocols.Control.Frames;

/// <summary>What the map stream has next.</summary>
internal enum MapFrameVerdict
{
    /// <summary>A frame, all of it.</summary>
    Frame,

    /// <summary>Its end has not arrived.</summary>
    NeedMore,

    /// <summary>A frame that is longer than any may be: the stream is of no more use.</summary>
    TooLong,
}
