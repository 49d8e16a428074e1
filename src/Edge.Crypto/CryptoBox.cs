using System.Security.Cryptography;
using Edge.Crypto.Native;

namespace Edge.Crypto;

/// <summary>
/// NaCl's crypto_box (X25519, HSalsa20, XSalsa20-Poly1305; https://nacl.cr.yp.to/box.html): box = a 16-byte tag, then the ciphertext.
/// DISCO messages and the relay's hello are boxes. By libsodium.
/// </summary>
public static unsafe class CryptoBox
{
    public const int NonceSize = 24;
    public const int TagSize = 16;

    /// <summary>Bytes of the key that two sides share.</summary>
    public const int SharedKeySize = 32;

    /// <summary>Computes the key that all boxes between two key pairs use, in either direction ("beforenm"): worth keeping, to be zeroed.</summary>
    /// <param name="privateKey">32 bytes, ours.</param>
    /// <param name="otherPublicKey">32 bytes, theirs.</param>
    /// <param name="sharedKey">Receives 32 bytes; zeroed when the result is false.</param>
    /// <returns>False when the other key is of low order.</returns>
    public static bool Precompute(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> otherPublicKey, Span<byte> sharedKey)
    {
        Sizes.Require(privateKey, X25519.Size);
        Sizes.Require(otherPublicKey, X25519.Size);
        Sizes.Require(sharedKey, SharedKeySize);
        Sodium.EnsureReady();
        fixed (byte* result = sharedKey, theirs = otherPublicKey, ours = privateKey)
        {
            if (Sodium.BoxBefore(result, theirs, ours) == 0)
                return true;
        }
        CryptographicOperations.ZeroMemory(sharedKey);
        return false;
    }

    /// <summary>Seals with the key of <see cref="Precompute"/>.</summary>
    /// <param name="sharedKey">32 bytes.</param>
    /// <param name="nonce">24 bytes; random ones do not repeat.</param>
    /// <param name="plaintext">May be empty; must not overlap <paramref name="box"/>.</param>
    /// <param name="box">Receives <paramref name="plaintext"/>'s size + 16 bytes, exactly.</param>
    public static void Seal(ReadOnlySpan<byte> sharedKey, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> box)
    {
        Sizes.Require(sharedKey, SharedKeySize);
        Sizes.Require(nonce, NonceSize);
        Sizes.Require(box, plaintext.Length + TagSize);
        RequireApart(plaintext, box);
        Sodium.EnsureReady();
        fixed (byte* k = sharedKey, n = nonce, p = plaintext, b = box)
            _ = Sodium.BoxSeal(b, p, (ulong)plaintext.Length, n, k);
    }

    /// <summary>Opens with the key of <see cref="Precompute"/>.</summary>
    /// <param name="sharedKey">32 bytes.</param>
    /// <param name="nonce">24 bytes.</param>
    /// <param name="box">Tag and ciphertext, from anywhere; must not overlap <paramref name="plaintext"/>.</param>
    /// <param name="plaintext">Receives <paramref name="box"/>'s size - 16 bytes; zeroed when the result is false.</param>
    /// <returns>False when the box is shorter than a tag or was not sealed so.</returns>
    public static bool Open(ReadOnlySpan<byte> sharedKey, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> box, Span<byte> plaintext)
    {
        Sizes.Require(sharedKey, SharedKeySize);
        Sizes.Require(nonce, NonceSize);
        if (box.Length < TagSize)
            return false;
        Sizes.Require(plaintext, box.Length - TagSize);
        RequireApart(box, plaintext);
        Sodium.EnsureReady();
        fixed (byte* k = sharedKey, n = nonce, b = box, p = plaintext)
        {
            if (Sodium.BoxOpen(p, b, (ulong)box.Length, n, k) == 0)
                return true;
        }
        plaintext.Clear();
        return false;
    }

    /// <summary>Seals from one key pair to another, computing the shared key for this one box.</summary>
    /// <returns>False when the other key is of low order; <paramref name="box"/> is zeroed then.</returns>
    public static bool Seal(
        ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> otherPublicKey, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> box)
    {
        Span<byte> sharedKey = stackalloc byte[SharedKeySize];
        bool isShared = Precompute(privateKey, otherPublicKey, sharedKey);
        if (isShared)
            Seal(sharedKey, nonce, plaintext, box);
        else
            box.Clear();
        CryptographicOperations.ZeroMemory(sharedKey);
        return isShared;
    }

    /// <summary>Opens a box from one key pair to another, computing the shared key for this one box.</summary>
    /// <returns>False when the other key is of low order, or the box was not sealed so; <paramref name="plaintext"/> is zeroed then.</returns>
    public static bool Open(
        ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> otherPublicKey, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> box, Span<byte> plaintext)
    {
        Span<byte> sharedKey = stackalloc byte[SharedKeySize];
        bool isOpen = Precompute(privateKey, otherPublicKey, sharedKey) && Open(sharedKey, nonce, box, plaintext);
        if (!isOpen)
            plaintext.Clear();
        CryptographicOperations.ZeroMemory(sharedKey);
        return isOpen;
    }

    // The tag comes first, so that in place would shift the text by 16 bytes: libsodium can, but nobody needs it.
    private static void RequireApart(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination)
    {
        if (source.Overlaps(destination))
            throw new ArgumentException("plaintext and box overlap");
    }
}
