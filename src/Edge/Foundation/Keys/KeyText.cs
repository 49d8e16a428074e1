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
}
