using System.Globalization;

namespace Edge.Foundation.Addresses;

/// <summary>An address range: the addresses whose first <see cref="Length"/> bits are those of <see cref="Address"/>.</summary>
internal readonly record struct IpPrefix
{
    /// <param name="address">Bits after the prefix are cleared.</param>
    /// <param name="length">0 to 32 for IPv4, 0 to 128 for IPv6.</param>
    public IpPrefix(IpAddress address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, address.BitCount);
        var host = address.BitCount - length;
        // A shift by the type's whole width leaves the value as it is.
        var mask = host == 128 ? UInt128.Zero : UInt128.MaxValue << host;
        Address = new IpAddress(address.Bits & mask);
        Length = length;
    }

    public IpAddress Address { get; }

    public int Length { get; }

    public bool Contains(IpAddress address) => address.IsV4 == Address.IsV4 && new IpPrefix(address, Length).Address == Address;

    /// <summary>`10.0.0.0/8`, bits behind the prefix cleared; an address alone is a range of one. The length has no leading zeros.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpPrefix prefix)
    {
        prefix = default;
        var slash = text.IndexOf('/');
        if (!IpAddress.TryParse(slash < 0 ? text : text[..slash], out var address)) return false;
        var length = address.BitCount;
        var digits = slash < 0 ? "" : text[(slash + 1)..];
        if (digits is ['0', _, ..]) return false;
        if (slash >= 0 && !(int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= address.BitCount)) return false;
        prefix = new IpPrefix(address, length);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");
}
