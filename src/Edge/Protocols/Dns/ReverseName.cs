using System.Buffers.Binary;
using System.Globalization;
using Edge.Foundation.Addresses;

namespace Edge.Protocols.Dns;

/// <summary>Names under which addresses are looked up: `4.3.2.1.in-addr.arpa.` and 32 nibbles with `ip6.arpa.` (RFC 1035 section 3.5, RFC 3596 section 2.5).</summary>
internal static class ReverseName
{
    public const string V4Suffix = ".in-addr.arpa.";

    public const string V6Suffix = ".ip6.arpa.";

    private const int NibblesLength = 63;

    /// <param name="name">A name's text.</param>
    /// <param name="address">Which it names.</param>
    public static bool TryRead(ReadOnlySpan<char> name, out IpAddress address)
    {
        address = default;
        if (name.EndsWith(V4Suffix, StringComparison.Ordinal))
        {
            if (!TryReadDotted(name[..^V4Suffix.Length], out var bits))
                return false;
            address = IpAddress.V4(BinaryPrimitives.ReverseEndianness(bits));
            return true;
        }
        if (!name.EndsWith(V6Suffix, StringComparison.Ordinal) || name.Length - V6Suffix.Length != NibblesLength)
            return false;
        var number = UInt128.Zero;
        for (var i = NibblesLength - 1; i >= 0; i--)
        {
            if (i % 2 != 0)
            {
                if (name[i] != '.')
                    return false;
                continue;
            }
            if (!char.IsAsciiHexDigit(name[i]))
                return false;
            number = number << 4 | NibbleOf(name[i]);
        }
        address = new IpAddress(number);
        return true;
    }

    private static uint NibbleOf(char digit) => (uint)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);

    /// <summary>Whether it is one of the names that ask for services of a network (RFC 6763 section 11), which look like reverse names and are none.</summary>
    public static bool IsServiceBrowsing(ReadOnlySpan<char> name)
    {
        var dot = name.IndexOf('.');
        return name[..Math.Max(dot, 0)] is "b" or "db" or "r" or "dr" or "lb" && name[(dot + 1)..].StartsWith("_dns-sd._udp.", StringComparison.Ordinal);
    }

    /// <summary>Four decimal numbers without leading zeros, nothing else: <c>IPAddress.Parse</c> takes more.</summary>
    public static bool TryReadDotted(ReadOnlySpan<char> text, out uint bits)
    {
        bits = 0;
        for (var i = 0; i < 4; i++)
        {
            var length = i < 3 ? text.IndexOf('.') : text.Length;
            if (length is < 1 or > 3 || (text[0] == '0' && length > 1) || !byte.TryParse(text[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return false;
            bits = bits << 8 | number;
            text = text[Math.Min(length + 1, text.Length)..];
        }
        return true;
    }
}
