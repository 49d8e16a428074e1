namespace Edge.Protocols.Control.Noise;

/// <summary>What stands at the start of the channel's plaintext.</summary>
internal enum EarlyPayloadVerdict
{
    /// <summary>More bytes are needed to tell, or the payload is not all there.</summary>
    NeedMore,

    /// <summary>HTTP/2 begins at once.</summary>
    None,

    /// <summary>A payload, all of it; HTTP/2 begins behind it.</summary>
    Present,

    /// <summary>Its length is beyond what is taken.</summary>
    TooLong,
}
