using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Edge.Crypto.Noise;

/// <summary>SymmetricState and its CipherState (Noise revision 34 sections 5.1 and 5.2): a value without references, so that a message can be tried on a copy.</summary>
internal struct NoiseSymmetricState
{
    private Bytes32 _chainingKey;
    private Bytes32 _hash;
    private Bytes32 _key;
    private ulong _counter;
    private bool _hasKey;

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> ChainingKey => _chainingKey;

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Hash => _hash;

    /// <summary>InitializeSymmetric: a name of at most 32 bytes is padded with zeros, a longer one hashed.</summary>
    public void Initialize(ReadOnlySpan<byte> protocolName)
    {
        this = default;
        if (protocolName.Length <= Blake2s.MaxSize)
            protocolName.CopyTo(_hash);
        else
            Blake2s.Hash(protocolName, _hash);
        _chainingKey = _hash;
    }

    public void MixHash(ReadOnlySpan<byte> data) => Blake2s.Hash(_hash, data, _hash);

    public void MixKey(ReadOnlySpan<byte> input)
    {
        Hkdf.Blake2s(_chainingKey, input, _chainingKey, _key);
        (_counter, _hasKey) = (0, true);
    }

    public void MixKeyAndHash(ReadOnlySpan<byte> input)
    {
        Bytes32 mixed = default;
        Hkdf.Blake2s(_chainingKey, input, _chainingKey, mixed, _key);
        MixHash(mixed);
        CryptographicOperations.ZeroMemory(mixed);
        (_counter, _hasKey) = (0, true);
    }

    /// <param name="plaintext">May be empty.</param>
    /// <param name="sealedBytes">Receives 16 bytes more. Every pattern here has a key before anything is sealed.</param>
    public void EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> sealedBytes)
    {
        RequireKey();
        ChaCha20Poly1305.Seal(_key, _counter++, _hash, plaintext, sealedBytes);
        MixHash(sealedBytes);
    }

    /// <returns>False when it does not open; the state is of no more use then.</returns>
    public bool DecryptAndHash(ReadOnlySpan<byte> sealedBytes, Span<byte> plaintext)
    {
        RequireKey();
        // Hashed before it is opened: it may be opened in place.
        Bytes32 associatedData = _hash;
        MixHash(sealedBytes);
        return ChaCha20Poly1305.Open(_key, _counter++, associatedData, sealedBytes, plaintext);
    }

    /// <summary>Split(): the initiator's sending key, then the responder's.</summary>
    public readonly void Split(Span<byte> first, Span<byte> second) => Hkdf.Blake2s(_chainingKey, default, first, second);

    private readonly void RequireKey()
    {
        if (!_hasKey)
            throw new InvalidOperationException("the pattern seals before a key is agreed");
    }
}

[InlineArray(32)]
internal struct Bytes32
{
    private byte _first;
}
