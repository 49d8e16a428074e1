namespace Edge.Protocols.Control.Noise;

/// <summary>What became of the other side's handshake message.</summary>
internal enum ControlHandshakeVerdict
{
    /// <summary>It is genuine: the channel is open.</summary>
    Complete,

    /// <summary>Its end has not arrived.</summary>
    NeedMore,

    /// <summary>The server sent a text instead; anyone on the way can have written it.</summary>
    Refused,

    /// <summary>No message of this kind stands there.</summary>
    WrongType,

    /// <summary>Its length is not the one that it must have.</summary>
    WrongLength,

    /// <summary>It is not sealed by the key that was expected, or was changed on the way.</summary>
    NotGenuine,
}
