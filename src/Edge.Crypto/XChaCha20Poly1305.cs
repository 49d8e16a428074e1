using Edge.Crypto.Native;

namespace Edge.Crypto;

/// <summary>
/// AEAD_XCHACHA20_POLY1305 (draft-irtf-cfrg-xchacha-03 section 2): a nonce long enough to be drawn at random. sealed = ciphertext, then a
/// 16-byte tag. WireGuard's cookie replies are sealed with it. By libsodium.
/// </summary>
public static unsafe class XChaCha20Poly1305
{
    public const int KeySize = 32;
    public const int NonceSize = 24;
    public const int TagSize = 16;

    /// <summary>Seals one message; in place when both spans begin at the same byte.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="nonce">24 bytes.</param>
    /// <param name="associatedData">Authenticated, not sent; may be empty.</param>
    /// <param name="plaintext">May be empty.</param>
    /// <param name="sealedMessage">Receives <paramref name="plaintext"/>'s size + 16 bytes, exactly.</param>
    public static void Seal(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> sealedMessage)
    {
        Sizes.RequireToSeal(key, nonce, NonceSize, plaintext, sealedMessage);
        Sodium.EnsureReady();
        fixed (byte* k = key, n = nonce, a = associatedData, p = plaintext, s = sealedMessage)
            _ = Sodium.XChaChaSeal(s, null, p, (ulong)plaintext.Length, a, (ulong)associatedData.Length, null, n, k);
    }

    /// <summary>Opens one message; in place when both spans begin at the same byte.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="nonce">24 bytes.</param>
    /// <param name="associatedData">As it was sealed.</param>
    /// <param name="sealedMessage">Ciphertext and tag, from anywhere.</param>
    /// <param name="plaintext">Receives <paramref name="sealedMessage"/>'s size - 16 bytes; zeroed when the result is false.</param>
    /// <returns>False when the message is shorter than a tag or was not sealed so.</returns>
    public static bool Open(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedMessage, Span<byte> plaintext)
    {
        if (!Sizes.RequireToOpen(key, nonce, NonceSize, sealedMessage, plaintext))
            return false;
        Sodium.EnsureReady();
        fixed (byte* k = key, n = nonce, a = associatedData, s = sealedMessage, p = plaintext)
        {
            if (Sodium.XChaChaOpen(p, null, null, s, (ulong)sealedMessage.Length, a, (ulong)associatedData.Length, n, k) == 0)
                return true;
        }
        plaintext.Clear();
        return false;
    }
}
