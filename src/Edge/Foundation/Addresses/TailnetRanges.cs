namespace Edge.Foundation.Addresses;

/// <summary>Where the nodes of tailnets have their addresses, unless a control server of one's own gives others (tailscale v1.96.5, net/tsaddr).</summary>
internal static class TailnetRanges
{
    /// <summary>That of carriers' NATs (RFC 6598).</summary>
    public static IpPrefix V4 => new(IpAddress.V4(0x6440_0000), 10);

    /// <summary>A unique local one (RFC 4193), which is nobody else's.</summary>
    public static IpPrefix V6 => new(new IpAddress((UInt128)0xfd7a_115c_a1e0_0000 << 64), 48);
}
