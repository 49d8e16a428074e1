using NSec.Cryptography;
using NSecPublicKey = NSec.Cryptography.PublicKey;

namespace Edge.Crypto;

/// <summary>
/// Signatures over edwards25519 (RFC 8032 section 5.1, "PureEdDSA"). By NSec: what signs is a long-lived key, and rare.
/// </summary>
public static class Ed25519
{
    /// <summary>Bytes of a private key: RFC 8032's seed.</summary>
    public const int PrivateKeySize = 32;
    public const int PublicKeySize = 32;
    public const int SignatureSize = 64;

    /// <summary>Writes the public key of <paramref name="privateKey"/>.</summary>
    /// <param name="privateKey">32 bytes, the seed.</param>
    /// <param name="publicKey">Receives 32 bytes.</param>
    public static void PublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Sizes.Require(publicKey, PublicKeySize);
        using Key key = Import(privateKey);
        _ = key.PublicKey.TryExport(KeyBlobFormat.RawPublicKey, publicKey, out _);
    }

    /// <param name="privateKey">32 bytes, the seed.</param>
    /// <param name="message">Any size.</param>
    /// <param name="signature">Receives 64 bytes.</param>
    public static void Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Sizes.Require(signature, SignatureSize);
        using Key key = Import(privateKey);
        SignatureAlgorithm.Ed25519.Sign(key, message, signature);
    }

    /// <param name="publicKey">32 bytes, from anywhere.</param>
    /// <param name="message">Any size.</param>
    /// <param name="signature">64 bytes, from anywhere.</param>
    /// <returns>False when the signature is not of this key and message, and when a key or signature is not in canonical form or of low order.</returns>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Sizes.Require(publicKey, PublicKeySize);
        return signature.Length == SignatureSize
            && NSecPublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out NSecPublicKey? key)
            && SignatureAlgorithm.Ed25519.Verify(key!, message, signature);
    }

    private static Key Import(ReadOnlySpan<byte> privateKey)
    {
        Sizes.Require(privateKey, PrivateKeySize);
        CryptoLibrary.Initialize();
        return Key.Import(SignatureAlgorithm.Ed25519, privateKey, KeyBlobFormat.RawPrivateKey);
    }
}
