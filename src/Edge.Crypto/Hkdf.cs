using System.Security.Cryptography;

namespace Edge.Crypto;

/// <summary>
/// HKDF (RFC 5869) over HMAC-BLAKE2s-256 with empty info and one to three outputs of 32 bytes: HKDF() of Noise revision 34 section 4.3,
/// Kdf1 to Kdf3 of the WireGuard whitepaper. Outputs may be the inputs' own memory.
/// </summary>
public static class Hkdf
{
    public const int OutputSize = Crypto.Blake2s.MaxSize;

    /// <param name="salt">Any size; the chaining key.</param>
    /// <param name="input">Key material, any size.</param>
    /// <param name="first">Receives 32 bytes.</param>
    public static void Blake2s(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> input, Span<byte> first) => Expand(salt, input, first, default, default);

    /// <inheritdoc cref="Blake2s(ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte}, Span{byte}, Span{byte})"/>
    public static void Blake2s(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> input, Span<byte> first, Span<byte> second)
    {
        Sizes.Require(second, OutputSize);
        Expand(salt, input, first, second, default);
    }

    /// <param name="salt">Any size; the chaining key.</param>
    /// <param name="input">Key material, any size.</param>
    /// <param name="first">Receives 32 bytes.</param>
    /// <param name="second">Receives 32 bytes.</param>
    /// <param name="third">Receives 32 bytes.</param>
    public static void Blake2s(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> input, Span<byte> first, Span<byte> second, Span<byte> third)
    {
        Sizes.Require(second, OutputSize);
        Sizes.Require(third, OutputSize);
        Expand(salt, input, first, second, third);
    }

    private static void Expand(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> input, Span<byte> first, Span<byte> second, Span<byte> third)
    {
        Sizes.Require(first, OutputSize);
        Span<byte> key = stackalloc byte[OutputSize];
        Span<byte> output = stackalloc byte[OutputSize];
        Crypto.Blake2s.Hmac(salt, input, key);
        Crypto.Blake2s.Hmac(key, [1], output);
        output.CopyTo(first);
        if (!second.IsEmpty)
        {
            Crypto.Blake2s.Hmac(key, output, [2], output);
            output.CopyTo(second);
        }
        if (!third.IsEmpty)
        {
            Crypto.Blake2s.Hmac(key, output, [3], output);
            output.CopyTo(third);
        }
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(output);
    }
}
