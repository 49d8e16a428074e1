namespace Edge.Crypto.Noise;

/// <summary>What a message pattern is made of (Noise revision 34 section 7.1; <see cref="Psk"/>: section 9.2).</summary>
internal enum NoiseToken
{
    /// <summary>The sender's ephemeral public key, in the clear.</summary>
    E,

    /// <summary>The sender's static public key, sealed.</summary>
    S,

    /// <summary>DH of both ephemeral keys.</summary>
    EE,

    /// <summary>DH of the initiator's ephemeral and the responder's static key.</summary>
    ES,

    /// <summary>DH of the initiator's static and the responder's ephemeral key.</summary>
    SE,

    /// <summary>DH of both static keys.</summary>
    SS,

    /// <summary>The pre-shared key is mixed in.</summary>
    Psk,
}
