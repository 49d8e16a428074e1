using System.Collections.Immutable;
using Edge.Foundation.Addresses;

namespace Edge.Node.Tailnet.Routing;

/// <summary>
/// Which addresses peers reach through this node. The ranges that it advertises, and of a default route what is public: not the host's own network
/// around it (tailscale v1.96.5, ipn/ipnlocal, removeFromDefaultRoute). The host itself, its loopback and what is link-local are reached only where
/// just that is advertised: whoever offers `10.0.0.0/8`, or the internet, does not mean the ports of this machine, or a cloud's metadata.
/// </summary>
/// <param name="advertised">As configured.</param>
internal sealed class RoutePolicy(ImmutableArray<IpPrefix> advertised)
{
    private static readonly ImmutableArray<IpPrefix> s_loopback = [Parse("127.0.0.0/8"), Parse("::1/128")];
    private static readonly ImmutableArray<IpPrefix> s_linkLocal = [Parse("169.254.0.0/16"), Parse("fe80::/10")];
    private static readonly ImmutableArray<IpPrefix> s_notPublic =
    [
        Parse("0.0.0.0/8"), Parse("10.0.0.0/8"), Parse("172.16.0.0/12"), Parse("192.168.0.0/16"), Parse("100.64.0.0/10"), Parse("224.0.0.0/3"),
        Parse("::/3"), Parse("fc00::/7"), Parse("fec0::/10"), Parse("ff00::/8"),
    ];

    /// <summary>What an exit node is for, so far as one family's default route reaches it.</summary>
    public static ImmutableArray<IpPrefix> Public { get; } = [.. Without(Parse("0.0.0.0/0"), [.. s_notPublic, .. s_loopback, .. s_linkLocal]), Parse("2000::/3")];

    /// <summary>Any address at all, so that names are looked up for those that use it.</summary>
    public bool IsExitNode { get; } = advertised.Any(static prefix => prefix.Length == 0);

    /// <param name="destination">What a peer wants to reach.</param>
    /// <param name="own">The host's addresses.</param>
    public bool Permits(IpAddress destination, IReadOnlyCollection<IpAddress> own)
    {
        if (destination.IsUnspecified || destination.IsMulticast)
            return false;
        if (own.Contains(destination))
            return advertised.Contains(new IpPrefix(destination, destination.BitCount));
        foreach (var special in (ReadOnlySpan<ImmutableArray<IpPrefix>>)[s_loopback, s_linkLocal])
        {
            foreach (var range in special)
            {
                if (range.Contains(destination))
                    return advertised.Any(prefix => prefix.Length >= range.Length && range.Contains(prefix.Address) && prefix.Contains(destination));
            }
        }
        var isByDefault = false;
        foreach (var prefix in advertised)
        {
            if (!prefix.Contains(destination))
                continue;
            if (prefix.Length > 0)
                return true;
            isByDefault = true;
        }
        return isByDefault && !s_notPublic.Any(range => range.Contains(destination));
    }

    /// <summary>What is left of a range when others are taken out of it.</summary>
    internal static IEnumerable<IpPrefix> Without(IpPrefix range, IReadOnlyCollection<IpPrefix> holes)
    {
        if (holes.Any(hole => hole.Length <= range.Length && hole.Contains(range.Address)))
            return [];
        if (!holes.Any(hole => range.Contains(hole.Address)))
            return [range];
        // The halves: the second begins where the first bit after the prefix is set.
        var second = new IpAddress(range.Address.Bits | (UInt128.One << (range.Address.BitCount - range.Length - 1)));
        return [.. Without(new IpPrefix(range.Address, range.Length + 1), holes), .. Without(new IpPrefix(second, range.Length + 1), holes)];
    }

    private static IpPrefix Parse(string text) => IpPrefix.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);
}
