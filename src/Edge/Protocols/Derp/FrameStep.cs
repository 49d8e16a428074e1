namespace Edge.Protocols.Derp;

/// <summary>What a reader of frames has come to.</summary>
internal enum FrameStep
{
    /// <summary>The bytes are used up.</summary>
    NeedsBytes,

    /// <summary>Type and length of the next frame are known: the caller judges them, skips it or goes on.</summary>
    Header,

    /// <summary>A whole frame.</summary>
    Frame,
}
