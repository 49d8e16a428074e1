using System.Runtime.CompilerServices;

namespace Edge.Crypto;

/// <summary>Spans of a wrong size, or that overlap in part, are mistakes of the caller: they throw before a byte is written.</summary>
internal static class Sizes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Require(ReadOnlySpan<byte> span, int size, [CallerArgumentExpression(nameof(span))] string? name = null)
    {
        if (span.Length != size)
            Throw(span.Length, size, name);
    }

    /// <summary>In place means from the same first byte on; anything else would be read after it was overwritten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RequireSameOrApart(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination)
    {
        if (source.Overlaps(destination, out int offset) && offset != 0)
            throw new ArgumentException($"source and destination overlap by {offset} bytes; work in place or apart");
    }

    /// <summary>What an AEAD is given to seal: a tag of 16 bytes follows the ciphertext.</summary>
    public static void RequireToSeal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, int nonceSize, ReadOnlySpan<byte> plaintext, Span<byte> sealedMessage)
    {
        Require(key, ChaCha20Poly1305.KeySize);
        Require(nonce, nonceSize);
        Require(sealedMessage, plaintext.Length + ChaCha20Poly1305.TagSize);
        RequireSameOrApart(plaintext, sealedMessage);
    }

    /// <summary>What an AEAD is given to open.</summary>
    /// <returns>False when the message, which comes from outside, is shorter than a tag.</returns>
    public static bool RequireToOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, int nonceSize, ReadOnlySpan<byte> sealedMessage, Span<byte> plaintext)
    {
        Require(key, ChaCha20Poly1305.KeySize);
        Require(nonce, nonceSize);
        if (sealedMessage.Length < ChaCha20Poly1305.TagSize)
            return false;
        Require(plaintext, sealedMessage.Length - ChaCha20Poly1305.TagSize);
        RequireSameOrApart(sealedMessage, plaintext);
        return true;
    }

    private static void Throw(int actual, int size, string? name) =>
        throw new ArgumentException($"{name} has {actual} bytes; it must have {size}", name);
}
