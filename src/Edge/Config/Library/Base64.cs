using System.Globalization;

namespace Edge.Config.Library;

/// <summary>
/// RFC 4648 section 4 as Java's decoder reads it: no line breaks, padding may be left out, unused bits are ignored. .NET's
/// decoder differs in all three.
/// </summary>
internal static class Base64
{
    /// <returns>Null for malformed text, with the reference's message in <paramref name="error"/>.</returns>
    public static byte[]? Decode(string text, out string? error)
    {
        if (text.Length == 1) return Fail("Input byte[] should at least have 2 bytes for base64 bytes", out error);
        var result = new List<byte>(text.Length * 3 / 4);
        var (bits, count) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=')
            {
                // One sign after three characters, two after two.
                var signs = count == 3 ? 1 : 2;
                if (count < 2 || (signs == 2 && (i + 1 >= text.Length || text[i + 1] != '=')))
                    return Fail("Input byte array has wrong 4-byte ending unit", out error);
                if (i + signs < text.Length)
                    return Fail(string.Create(CultureInfo.InvariantCulture, $"Input byte array has incorrect ending byte at {i + signs}"), out error);
                break;
            }
            var digit = DigitOf(text[i]);
            if (digit < 0) return Fail($"Illegal base64 character {(int)text[i]:x}", out error);
            bits = (bits << 6) | digit;
            if (++count < 4) continue;
            result.AddRange([(byte)(bits >> 16), (byte)(bits >> 8), (byte)bits]);
            (bits, count) = (0, 0);
        }
        if (count == 1) return Fail("Last unit does not have enough valid bits", out error);
        if (count >= 2) result.Add((byte)(bits >> (count * 6 - 8)));
        if (count == 3) result.Add((byte)(bits >> 2));
        error = null;
        return [.. result];
    }

    private static byte[]? Fail(string message, out string error)
    {
        error = message;
        return null;
    }

    private static int DigitOf(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };
}
