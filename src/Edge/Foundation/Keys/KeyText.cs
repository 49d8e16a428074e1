using System.Buffers;
using System.Security.Cryptography;

namespace Edge.Foundation.Keys;

/// <summary>Text forms that keys are read from.</summary>
internal static class KeyText
{
    /// <summary>Characters of 32 bytes in Base64, the last of them '='.</summary>
    private const int Base64Length = 44;

    /// <summary>Takes what <c>wg</c> prints and nothing else: no white space, no other spelling of the same bytes.</summary>
    /// <param name="text">44 characters.</param>
    /// <param name="key">Receives 32 bytes; zeroed when the result is false.</param>
    public static bool TryReadBase64(ReadOnlySpan<char> text, Span<byte> key)
    {
        Span<char> canonical = stackalloc char[Base64Length];
        bool isKey = text.Length == Base64Length
            && Convert.TryFromBase64Chars(text, key, out int written) && written == key.Length
            && Convert.TryToBase64Chars(key, canonical, out _) && text.SequenceEqual(canonical);
        canonical.Clear();
        if (!isKey)
            CryptographicOperations.ZeroMemory(key);
        return isKey;
    }

    /// <summary>Takes <paramref name="prefix"/> as it is, then two hexadecimal digits of either case for each byte, and nothing else.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="prefix">Such as <c>nodekey:</c>.</param>
    /// <param name="key">Receives the bytes, all of them; zeroed when the result is false.</param>
    public static bool TryReadHex(ReadOnlySpan<char> text, ReadOnlySpan<char> prefix, Span<byte> key)
    {
        bool isKey = text.Length == prefix.Length + 2 * key.Length && text.StartsWith(prefix, StringComparison.Ordinal)
            && Convert.FromHexString(text[prefix.Length..], key, out _, out _) == OperationStatus.Done;
        if (!isKey)
            CryptographicOperations.ZeroMemory(key);
        return isKey;
    }
}
