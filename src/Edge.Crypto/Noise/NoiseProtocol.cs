namespace Edge.Crypto.Noise;

/// <summary>
/// A handshake pattern with its name (Noise revision 34 sections 7.5, 8 and 9): two messages; the initiator knows the responder's static key.
/// DH is X25519, the cipher ChaCha20-Poly1305, the hash BLAKE2s-256.
/// </summary>
public sealed class NoiseProtocol
{
    private readonly byte[] _name;
    private readonly NoiseToken[] _initiation;
    private readonly NoiseToken[] _response;

    private NoiseProtocol(ReadOnlySpan<byte> name, NoiseToken[] initiation, NoiseToken[] response, bool isPresharedKeyMixed)
    {
        _name = name.ToArray();
        _initiation = initiation;
        _response = response;
        IsPresharedKeyMixed = isPresharedKeyMixed;
    }

    /// <summary>
    /// The control channel's handshake (TS2021).
    /// <code>
    /// &lt;- s
    /// ...
    /// -&gt; e, es, s, ss
    /// &lt;- e, ee, se
    /// </code>
    /// </summary>
    public static NoiseProtocol IK { get; } = new(
        "Noise_IK_25519_ChaChaPoly_BLAKE2s"u8,
        [NoiseToken.E, NoiseToken.ES, NoiseToken.S, NoiseToken.SS],
        [NoiseToken.E, NoiseToken.EE, NoiseToken.SE],
        isPresharedKeyMixed: false);

    /// <summary>
    /// WireGuard's handshake (whitepaper section 5.4), with the prologue <c>WireGuard v1 zx2c4 Jason@zx2c4.com</c>.
    /// <code>
    /// &lt;- s
    /// ...
    /// -&gt; e, es, s, ss
    /// &lt;- e, ee, se, psk
    /// </code>
    /// </summary>
    public static NoiseProtocol IKpsk2 { get; } = new(
        "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"u8,
        [NoiseToken.E, NoiseToken.ES, NoiseToken.S, NoiseToken.SS],
        [NoiseToken.E, NoiseToken.EE, NoiseToken.SE, NoiseToken.Psk],
        isPresharedKeyMixed: true);

    /// <summary>Bytes that the first message is longer than its payload: the ephemeral key, the sealed static key, the payload's tag.</summary>
    public static int InitiationOverhead => X25519.Size + X25519.Size + ChaCha20Poly1305.TagSize + ChaCha20Poly1305.TagSize;

    /// <summary>Bytes that the second message is longer than its payload: the ephemeral key and the payload's tag.</summary>
    public static int ResponseOverhead => X25519.Size + ChaCha20Poly1305.TagSize;

    /// <summary>ASCII.</summary>
    public ReadOnlySpan<byte> Name => _name;

    /// <summary>True: every ephemeral key is mixed into the chaining key as well (section 9.2).</summary>
    internal bool IsPresharedKeyMixed { get; }

    /// <param name="index">0: the initiator's message, 1: the responder's.</param>
    internal ReadOnlySpan<NoiseToken> Message(int index) => index == 0 ? _initiation : _response;
}
