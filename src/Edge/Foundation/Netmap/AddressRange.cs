using System.Buffers;
using Edge.Foundation.Addresses;

namespace Edge.Foundation.Netmap;

/// <summary>The addresses from one to another of the same family, both included.</summary>
internal readonly record struct AddressRange(IpAddress First, IpAddress Last)
{
    private static readonly SearchValues<char> s_characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static AddressRange AllV4 => Of(new IpPrefix(IpAddress.AnyV4, 0));

    public static AddressRange AllV6 => Of(new IpPrefix(IpAddress.AnyV6, 0));

    public static AddressRange Of(IpPrefix prefix)
    {
        var host = prefix.Address.BitCount - prefix.Length;
        return new(prefix.Address, new IpAddress(prefix.Address.Bits | (host == 128 ? UInt128.MaxValue : (UInt128.One << host) - 1)));
    }

    // v4-mapped: a v4 address lies in no range of v6 but ::/0 and what spans the mapped block, so the family is compared.
    public bool Contains(IpAddress address) => address.IsV4 == First.IsV4 && address.Bits >= First.Bits && address.Bits <= Last.Bits;

    /// <summary>
    /// Reads an address, `10.0.0.0/8` without bits behind the prefix, or `10.0.0.1-10.0.0.9`
    /// (tailscale v1.96.5, wgengine/filter/tailcfg.go, parseIPSet; its `*` is two ranges: <see cref="AllV4"/> and <see cref="AllV6"/>).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressRange range)
    {
        range = default;
        var dash = text.IndexOf('-');
        if (dash >= 0)
        {
            if (!TryParseAddress(text[..dash], out var first) || !TryParseAddress(text[(dash + 1)..], out var last)
                || first.IsV4 != last.IsV4 || first.Bits > last.Bits)
                return false;
            range = new(first, last);
            return true;
        }
        var slash = text.IndexOf('/');
        if (!TryParseAddress(slash < 0 ? text : text[..slash], out var address) || !IpPrefix.TryParse(text, out var prefix)) return false;
        if (slash >= 0 && (address != prefix.Address || (text[slash + 1] == '0' && text.Length > slash + 2))) return false;
        range = Of(prefix);
        return true;
    }

    /// <summary>
    /// Four decimal numbers, or IPv6 without zone, brackets or a mapped IPv4 address. The framework takes `10.1` and octal numbers too, and holds a mapped address
    /// for IPv4: a rule that was misread would open something else.
    /// </summary>
    private static bool TryParseAddress(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = default;
        if (text.IndexOfAnyExcept(s_characters) >= 0) return false;
        var isV6 = text.Contains(':');
        var dots = 0;
        for (var i = 0; i < text.Length && !isV6; i++)
        {
            dots += text[i] == '.' ? 1 : 0;
            var startsNumber = i == 0 || text[i - 1] == '.';
            if (startsNumber && text[i] == '0' && i + 1 < text.Length && text[i + 1] != '.') return false;
        }
        return (isV6 || dots == 3) && IpAddress.TryParse(text, out address) && address.IsV4 != isV6;
    }

    public override string ToString() => $"{First}-{Last}";
}
