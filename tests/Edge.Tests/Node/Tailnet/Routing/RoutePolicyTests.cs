using Edge.Foundation.Addresses;
using Edge.Node.Tailnet.Routing;

namespace Edge.Tests.Node.Tailnet.Routing;

/// <summary>Which addresses peers reach through this node, by what it advertises.</summary>
public sealed class RoutePolicyTests
{
    // The host is 10.1.2.3, 203.0.113.5 and 2001:db8::5.
    [Test]
    [Arguments("10.0.0.0/8", "10.9.9.9", true)]
    [Arguments("10.0.0.0/8", "10.1.2.3", false)]
    [Arguments("10.0.0.0/8 10.1.2.3/32", "10.1.2.3", true)]
    [Arguments("10.0.0.0/8", "11.0.0.1", false)]
    [Arguments("0.0.0.0/0", "8.8.8.8", true)]
    [Arguments("0.0.0.0/0", "203.0.113.5", false)]
    [Arguments("0.0.0.0/0", "203.0.113.6", true)]
    [Arguments("0.0.0.0/0", "10.9.9.9", false)]
    [Arguments("0.0.0.0/0", "172.31.0.1", false)]
    [Arguments("0.0.0.0/0", "192.168.1.1", false)]
    [Arguments("0.0.0.0/0", "100.64.0.9", false)]
    [Arguments("0.0.0.0/0", "169.254.169.254", false)]
    [Arguments("0.0.0.0/0", "127.0.0.1", false)]
    [Arguments("0.0.0.0/0", "224.0.0.1", false)]
    [Arguments("0.0.0.0/0", "255.255.255.255", false)]
    [Arguments("0.0.0.0/0", "0.0.0.0", false)]
    [Arguments("0.0.0.0/0 10.0.0.0/8", "10.9.9.9", true)]
    [Arguments("0.0.0.0/0", "2001:4860::1", false)]
    [Arguments("::/0", "2001:4860::1", true)]
    [Arguments("::/0", "2001:db8::5", false)]
    [Arguments("::/0", "fe80::1", false)]
    [Arguments("::/0", "fd00::1", false)]
    [Arguments("::/0", "::1", false)]
    [Arguments("::/0", "8.8.8.8", false)]
    [Arguments("128.0.0.0/1 0.0.0.0/1", "169.254.169.254", false)]
    [Arguments("128.0.0.0/1 0.0.0.0/1", "127.0.0.1", false)]
    [Arguments("169.254.169.254/32", "169.254.169.254", true)]
    [Arguments("169.254.169.254/32", "169.254.169.253", false)]
    [Arguments("127.0.0.0/8", "127.0.0.1", true)]
    [Arguments("fe80::/10", "fe80::1", true)]
    [Arguments("", "8.8.8.8", false)]
    public async Task A_destination_is_reached_where_it_is_meant(string advertised, string destination, bool isPermitted)
    {
        var policy = new RoutePolicy([.. advertised.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Prefix)]);
        await Assert.That(policy.Permits(Address(destination), [Address("10.1.2.3"), Address("203.0.113.5"), Address("2001:db8::5")])).IsEqualTo(isPermitted);
    }

    [Test]
    [Arguments("0.0.0.0/0", "128.0.0.0/1", "0.0.0.0/1")]
    [Arguments("10.0.0.0/8", "10.0.0.0/10 10.255.0.0/16", "10.64.0.0/10 10.128.0.0/10 10.192.0.0/11 10.224.0.0/12 10.240.0.0/13 10.248.0.0/14 10.252.0.0/15 10.254.0.0/16")]
    [Arguments("10.0.0.0/8", "10.0.0.0/8", "")]
    [Arguments("10.0.0.0/8", "0.0.0.0/0", "")]
    [Arguments("10.0.0.0/8", "11.0.0.0/8", "10.0.0.0/8")]
    public async Task Ranges_are_taken_out_of_a_range(string range, string holes, string left)
    {
        await Assert.That(string.Join(' ', RoutePolicy.Without(Prefix(range), [.. holes.Split(' ').Select(Prefix)]))).IsEqualTo(left);
    }

    [Test]
    [Arguments("8.8.8.8", true)]
    [Arguments("100.63.255.255", true)]
    [Arguments("100.64.0.0", false)]
    [Arguments("100.127.255.255", false)]
    [Arguments("100.128.0.0", true)]
    [Arguments("192.167.1.1", true)]
    [Arguments("192.168.1.1", false)]
    [Arguments("127.0.0.1", false)]
    [Arguments("223.255.255.255", true)]
    [Arguments("224.0.0.1", false)]
    [Arguments("2606:4700::1", true)]
    [Arguments("fd7a:115c:a1e0::1", false)]
    [Arguments("::1", false)]
    public async Task The_internet_is_what_is_public(string address, bool isPublic)
    {
        await Assert.That(RoutePolicy.Public.Any(prefix => prefix.Contains(Address(address)))).IsEqualTo(isPublic);
    }

    private static IpAddress Address(string text) => IpAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    private static IpPrefix Prefix(string text) => IpPrefix.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);
}
