using System.Security.Cryptography;
using Edge.Crypto.Native;

namespace Edge.Crypto;

/// <summary>
/// Diffie-Hellman over Curve25519 (RFC 7748 section 6.1). Any 32 bytes are a private key: they are clamped where they are used (section 5).
/// The most significant bit of a public key is ignored. By libsodium, in constant time.
/// </summary>
public static unsafe class X25519
{
    /// <summary>Bytes of a private key, a public key and a shared secret.</summary>
    public const int Size = 32;

    /// <summary>Writes the public key of <paramref name="privateKey"/>.</summary>
    /// <param name="privateKey">32 bytes.</param>
    /// <param name="publicKey">Receives 32 bytes.</param>
    public static void PublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Sizes.Require(privateKey, Size);
        Sizes.Require(publicKey, Size);
        Sodium.EnsureReady();
        fixed (byte* scalar = privateKey, point = publicKey)
            _ = Sodium.ScalarMultBase(point, scalar);
    }

    /// <summary>Computes the secret that the holder of the other private key computes too. It is not uniform: derive keys from it.</summary>
    /// <param name="privateKey">32 bytes.</param>
    /// <param name="otherPublicKey">32 bytes from the other side.</param>
    /// <param name="shared">Receives 32 bytes; zeroed when the result is false.</param>
    /// <returns>False when the other key is of low order, so that the secret would be all zero and known to everybody.</returns>
    public static bool Agree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> otherPublicKey, Span<byte> shared)
    {
        Sizes.Require(privateKey, Size);
        Sizes.Require(otherPublicKey, Size);
        Sizes.Require(shared, Size);
        Sodium.EnsureReady();
        fixed (byte* result = shared, scalar = privateKey, point = otherPublicKey)
        {
            if (Sodium.ScalarMult(result, scalar, point) == 0)
                return true;
        }
        CryptographicOperations.ZeroMemory(shared);
        return false;
    }
}
