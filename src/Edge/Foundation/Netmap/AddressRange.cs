using Edge.Foundation.Addresses;

namespace Edge.Foundation.Netmap;

/// <summary>The addresses from one to another of the same family, both included.</summary>
internal readonly record struct AddressRange(IpAddress First, IpAddress Last)
{
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
        if (slash >= 0 && address != prefix.Address) return false;
        range = Of(prefix);
        return true;
    }

    /// <summary>Not a mapped IPv4 address: it would be held for IPv4, and a rule that was misread would open something else.</summary>
    private static bool TryParseAddress(ReadOnlySpan<char> text, out IpAddress address) => IpAddress.TryParse(text, out address) && address.IsV4 != text.Contains(':');

    public override string ToString() => $"{First}-{Last}";
}
