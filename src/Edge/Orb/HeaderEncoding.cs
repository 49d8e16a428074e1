using System.Text;

namespace Edge.Orb;

/// <summary>
/// How header fields are read and written: bytes pass as they came, since Latin-1 maps each to one character and back (RFC 9110, section
/// 5.5: a recipient treats what is not ASCII as opaque).
/// </summary>
internal static class HeaderEncoding
{
    private static readonly DigitsEncoding s_digits = new();

    public static Encoding? OfRequest(string name) => name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? s_digits : Encoding.Latin1;

    public static Encoding? OfResponse(string name) => Encoding.Latin1;

    /// <summary>
    /// RFC 9110, section 8.6: the field is digits. The server's parser takes a sign too, which the next server may read as another length;
    /// here all but digits becomes a letter, which no parser of numbers takes.
    /// </summary>
    private sealed class DigitsEncoding : Encoding
    {
        // 2^63 - 1 has as many.
        private const int MaxDigits = 19;

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
            GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            if (bytes.Length is 0 or > MaxDigits || bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                chars[0] = 'x';
                return 1;
            }
            return Latin1.GetChars(bytes, chars);
        }

        public override int GetCharCount(byte[] bytes, int index, int count)
        {
            Span<char> chars = stackalloc char[MaxDigits];
            return GetChars(bytes.AsSpan(index, count), chars);
        }

        public override int GetMaxCharCount(int byteCount) => Math.Max(byteCount, 1);

        public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
            Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

        public override int GetMaxByteCount(int charCount) => Latin1.GetMaxByteCount(charCount);
    }
}
