using System.Buffers;
using System.Buffers.Text;

namespace Edge.Orb.Tokens;

/// <summary>Base64url as JSON Web Signatures have it (RFC 7515, section 2): no padding, no line breaks, nothing else.</summary>
internal static class Base64UrlText
{
    private static readonly SearchValues<char> s_alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <returns>Null: it is something else.</returns>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(s_alphabet))
            return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        // The form with `Try` throws where the text is malformed.
        return Base64Url.DecodeFromChars(text, bytes, out _, out var length) == OperationStatus.Done ? bytes.AsSpan(0, length).ToArray() : null;
    }
}
