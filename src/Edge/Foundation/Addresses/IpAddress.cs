using System.Buffers;
using System.Buffers.Binary;
using System.Net;

namespace Edge.Foundation.Addresses;

/// <summary>An IPv4 or IPv6 address as a value: compared, hashed and passed without an object. IPv4 is held v4-mapped (RFC 4291 section 2.5.5.2).</summary>
/// <param name="Bits">The 128 bits, first byte most significant.</param>
internal readonly record struct IpAddress(UInt128 Bits)
{
    private const ulong MappedPrefix = 0xffff_0000_0000;

    private static readonly SearchValues<char> s_characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static IpAddress AnyV4 => V4(0);

    public static IpAddress AnyV6 => default;

    public bool IsV4 => (Bits >> 32) == MappedPrefix >> 32;

    /// <summary>32 or 128: the bits that a prefix length counts.</summary>
    public int BitCount => IsV4 ? 32 : 128;

    /// <summary>Bytes on the wire: 4 or 16.</summary>
    public int Size => IsV4 ? 4 : 16;

    /// <summary>The address as 32 bits, first byte most significant; only of IPv4.</summary>
    public uint V4Bits => (uint)Bits;

    /// <summary>0.0.0.0 or ::.</summary>
    public bool IsUnspecified => Bits == 0 || (IsV4 && V4Bits == 0);

    /// <summary>127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback => IsV4 ? V4Bits >> 24 == 127 : Bits == 1;

    /// <summary>169.254.0.0/16 (RFC 3927) or fe80::/10.</summary>
    public bool IsLinkLocal => IsV4 ? V4Bits >> 16 == 0xa9fe : Bits >> 118 == 0xfe80 >> 6;

    /// <summary>RFC 1918's three networks, or fc00::/7 (RFC 4193).</summary>
    public bool IsPrivate => IsV4 ? V4Bits >> 24 == 10 || V4Bits >> 20 == 0xac1 || V4Bits >> 16 == 0xc0a8 : Bits >> 121 == 0xfc >> 1;

    /// <summary>224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast => IsV4 ? V4Bits >> 28 == 14 : Bits >> 120 == 0xff;

    public static IpAddress V4(uint bits) => new(MappedPrefix | bits);

    /// <param name="bytes">4 or 16, as on the wire.</param>
    public static IpAddress Read(ReadOnlySpan<byte> bytes) => bytes.Length == 4
        ? V4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
        : new(BinaryPrimitives.ReadUInt128BigEndian(bytes[..16]));

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        if (IsV4)
            BinaryPrimitives.WriteUInt32BigEndian(destination, V4Bits);
        else
            BinaryPrimitives.WriteUInt128BigEndian(destination, Bits);
    }

    public static IpAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return Read(bytes[..length]);
    }

    /// <summary>Four decimal numbers, or IPv6 (RFC 4291 section 2.2) without brackets and zone. A mapped IPv4 address is that IPv4 address.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = default;
        if (!IsPlain(text) || !IPAddress.TryParse(text, out var parsed))
            return false;
        address = Of(parsed);
        return true;
    }

    /// <summary>
    /// Whether a text, if the framework reads it as an address, means that address to everybody: it reads `10.1` as 10.0.0.1 and `010.0.0.1` as 8.0.0.1 too,
    /// and takes brackets, ports and zones.
    /// </summary>
    internal static bool IsPlain(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyExcept(s_characters) >= 0)
            return false;
        var isV6 = text.Contains(':');
        // An IPv6 address may end in four decimal numbers.
        var numbers = text[(text.LastIndexOf(':') + 1)..];
        var dots = numbers.Count('.');
        if (dots != 3)
            return isV6 && dots == 0;
        for (var start = 0; start < numbers.Length; start++)
        {
            var isFirst = start == 0 || numbers[start - 1] == '.';
            if (isFirst && numbers[start] == '0' && start + 1 < numbers.Length && numbers[start + 1] != '.')
                return false;
        }
        return true;
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        Write(bytes);
        return new IPAddress(bytes[..Size]);
    }

    public override string ToString() => ToIPAddress().ToString();
}
