using System.Globalization;
using Edge.Foundation.Addresses;

namespace Edge.Protocols.Dns;

/// <summary>
/// Names of IPv4 addresses behind one of several subnet routers whose networks overlap ("4via6"): `192-168-1-2-via-7`, and the older `via-7.192.168.1.2` and
/// `192.168.1.2.via-7`, stand for fd7a:115c:a1e0:b1a:0:SITE:ADDRESS (net/tsaddr/tsaddr.go and net/dns/resolver/tsdns.go of Tailscale 1.96.5).
/// </summary>
internal static class SiteAddress
{
    private const string Via = "-via-";
    private const int Shortest = 13;

    private static UInt128 Range => (UInt128)0xfd7a_115c_a1e0_0b1a << 64;

    /// <param name="name">A name's text.</param>
    /// <param name="address">What it stands for.</param>
    public static bool TryRead(ReadOnlySpan<char> name, out IpAddress address)
    {
        address = default;
        var text = name[..^1];
        if (text.Length < Shortest)
            return false;
        Span<char> dotted = stackalloc char[DnsName.MaxText];
        scoped ReadOnlySpan<char> site, v4;
        if (text.Contains(Via, StringComparison.Ordinal))
        {
            var dot = text.IndexOf('.');
            var label = dot < 0 ? text : text[..dot];
            if (dot >= 0 && !IsTailnetDomain(text[(dot + 1)..]))
                return false;
            var via = label.IndexOf(Via, StringComparison.Ordinal);
            if (via < 0)
                return false;
            label[..via].Replace(dotted, '-', '.');
            v4 = dotted[..via];
            site = label[(via + Via.Length)..];
        }
        else if (text.StartsWith("via-", StringComparison.Ordinal))
        {
            var dot = text.IndexOf('.');
            if (dot < 0)
                return false;
            site = text[4..dot];
            v4 = text[(dot + 1)..];
        }
        else
        {
            var dot = text.LastIndexOf('.');
            if (dot < 0 || !text[(dot + 1)..].StartsWith("via-", StringComparison.Ordinal))
                return false;
            site = text[(dot + 5)..];
            v4 = text[..dot];
        }
        if (!ReverseName.TryReadDotted(v4, out var bits) || !TryReadSite(site, out var number))
            return false;
        address = new IpAddress(Range | (UInt128)number << 32 | bits);
        return true;
    }

    private static bool IsTailnetDomain(ReadOnlySpan<char> domain) => DnsName.IsBelow(domain, "ts.net") || DnsName.IsBelow(domain, "tailscale.net");

    /// <summary>Decimal, or with Go's prefixes.</summary>
    private static bool TryReadSite(ReadOnlySpan<char> text, out uint site)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return uint.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out site);
        if (text.StartsWith("0b", StringComparison.Ordinal))
            return uint.TryParse(text[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out site);
        if (text.Length > 1 && text[0] == '0')
            return TryReadOctal(text[(text[1] == 'o' ? 2 : 1)..], out site);
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out site);
    }

    private static bool TryReadOctal(ReadOnlySpan<char> text, out uint site)
    {
        ulong number = 0;
        site = 0;
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7' || (number = number * 8 + (uint)(digit - '0')) > uint.MaxValue)
                return false;
        }
        site = (uint)number;
        return !text.IsEmpty;
    }
}
