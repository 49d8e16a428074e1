using System.Buffers.Binary;
using Edge.Crypto.Native;

namespace Edge.Crypto;

/// <summary>
/// AEAD_CHACHA20_POLY1305 (RFC 8439 section 2.8): sealed = ciphertext, then a 16-byte tag. By libsodium, one call a message, on any thread:
/// for handshakes and single messages. Streams of packets go through an <see cref="AeadContext"/>.
/// A key and nonce together seal one message, ever.
/// </summary>
public static unsafe class ChaCha20Poly1305
{
    public const int KeySize = 32;
    public const int NonceSize = 12;
    public const int TagSize = 16;

    /// <summary>Seals one message; in place when both spans begin at the same byte.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="associatedData">Authenticated, not sent; may be empty.</param>
    /// <param name="plaintext">May be empty.</param>
    /// <param name="sealedMessage">Receives <paramref name="plaintext"/>'s size + 16 bytes, exactly.</param>
    public static void Seal(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> sealedMessage)
    {
        Sizes.RequireToSeal(key, nonce, NonceSize, plaintext, sealedMessage);
        Sodium.EnsureReady();
        fixed (byte* k = key, n = nonce, a = associatedData, p = plaintext, s = sealedMessage)
            _ = Sodium.ChaChaSeal(s, null, p, (ulong)plaintext.Length, a, (ulong)associatedData.Length, null, n, k);
    }

    /// <summary>Opens one message; in place when both spans begin at the same byte.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="nonce">12 bytes.</param>
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
            if (Sodium.ChaChaOpen(p, null, null, s, (ulong)sealedMessage.Length, a, (ulong)associatedData.Length, n, k) == 0)
                return true;
        }
        plaintext.Clear();
        return false;
    }

    /// <summary>Seals with the nonce that Noise and WireGuard make of a counter.</summary>
    /// <inheritdoc cref="Seal(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>
    public static void Seal(ReadOnlySpan<byte> key, ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> sealedMessage)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(counter, nonce);
        Seal(key, nonce, associatedData, plaintext, sealedMessage);
    }

    /// <summary>Opens with the nonce that Noise and WireGuard make of a counter.</summary>
    /// <inheritdoc cref="Open(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>
    public static bool Open(ReadOnlySpan<byte> key, ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedMessage, Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(counter, nonce);
        return Open(key, nonce, associatedData, sealedMessage, plaintext);
    }

    /// <summary>32 zero bits, then the counter, least significant byte first (Noise revision 34 section 12.3; WireGuard whitepaper section 5.4.6).</summary>
    internal static void WriteNonce(ulong counter, Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], counter);
    }
}
