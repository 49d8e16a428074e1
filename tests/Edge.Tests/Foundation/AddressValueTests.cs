using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Tests.Foundation;

/// <summary>The values that cores pass around, against the platform's own types.</summary>
public sealed class AddressValueTests
{
    [Test]
    [Arguments("0.0.0.0")]
    [Arguments("10.1.2.3")]
    [Arguments("255.255.255.255")]
    [Arguments("::")]
    [Arguments("fd7a:115c:a1e0::53")]
    [Arguments("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")]
    public async Task An_address_is_the_platforms_address(string text)
    {
        var platform = IPAddress.Parse(text);
        var address = IpAddress.Of(platform);
        var written = new byte[address.Size];
        address.Write(written);
        await Assert.That(written).IsEquivalentTo(platform.GetAddressBytes());
        await Assert.That(IpAddress.Read(written)).IsEqualTo(address);
        await Assert.That(address.ToIPAddress()).IsEqualTo(platform);
        await Assert.That(address.ToString()).IsEqualTo(text);
    }

    [Test]
    [Arguments("10.0.0.0/8", "10.255.0.1", true)]
    [Arguments("10.0.0.0/8", "11.0.0.1", false)]
    [Arguments("0.0.0.0/0", "203.0.113.9", true)]
    [Arguments("0.0.0.0/0", "::1", false)]
    [Arguments("::/0", "::1", true)]
    [Arguments("::/0", "127.0.0.1", false)]
    [Arguments("192.0.2.77/32", "192.0.2.77", true)]
    [Arguments("192.0.2.77/32", "192.0.2.76", false)]
    [Arguments("fd00::/8", "fdff::1", true)]
    [Arguments("2001:db8::1/128", "2001:db8::2", false)]
    public async Task A_prefix_contains_what_the_platforms_network_contains(string prefix, string address, bool expected)
    {
        await Assert.That(IpPrefix.TryParse(prefix, out var ours)).IsTrue();
        await Assert.That(IPNetwork.Parse(prefix).Contains(IPAddress.Parse(address))).IsEqualTo(expected);
        await Assert.That(ours.Contains(IpAddress.Of(IPAddress.Parse(address)))).IsEqualTo(expected);
        await Assert.That(ours.ToString()).IsEqualTo(prefix);
    }

    [Test]
    [Arguments("10.1", "the framework's 10.0.0.1")]
    [Arguments("167772161", "10.0.0.1 as one number")]
    [Arguments("010.0.0.1", "octal")]
    [Arguments("10.0.0.01", "octal")]
    [Arguments("10.0.0.00", "a leading zero")]
    [Arguments("0x0a.0.0.1", "hexadecimal")]
    [Arguments("10.0.0.1.", "five parts")]
    [Arguments("10.0.0.256", "too large")]
    [Arguments(" 10.0.0.1", "a blank")]
    [Arguments("10.0.0.1:80", "a port")]
    [Arguments("[::1]", "brackets")]
    [Arguments("[::1]:80", "brackets and a port")]
    [Arguments("fe80::1%1", "a zone")]
    [Arguments("::ffff:010.0.0.1", "octal in a mapped address")]
    [Arguments("::10.1", "two numbers in a mapped address")]
    [Arguments("1::2::3", "two gaps")]
    [Arguments("", "nothing")]
    public async Task What_means_another_address_to_others_is_none(string text, string why)
    {
        await Assert.That(IpAddress.TryParse(text, out _)).IsFalse().Because(why);
        await Assert.That(IpPrefix.TryParse(text, out _)).IsFalse().Because(why);
        await Assert.That(IpPrefix.TryParse(text + "/8", out _)).IsFalse().Because(why);
    }

    [Test]
    [Arguments("0.0.0.0")]
    [Arguments("10.0.0.1")]
    [Arguments("255.255.255.255")]
    [Arguments("::")]
    [Arguments("FD7A:115C:A1E0::53")]
    [Arguments("64:ff9b::192.0.2.33")]
    [Arguments("::ffff:192.0.2.33")]
    public async Task What_everybody_reads_alike_is_read_so(string text)
    {
        await Assert.That(IpAddress.TryParse(text, out var address)).IsTrue();
        var platform = IPAddress.Parse(text);
        await Assert.That(address.ToIPAddress()).IsEqualTo(platform.IsIPv4MappedToIPv6 ? platform.MapToIPv4() : platform);
    }

    [Test]
    [Arguments("10.0.0.0/08")]
    [Arguments("10.0.0.0/+8")]
    [Arguments("10.0.0.0/33")]
    [Arguments("10.0.0.0/")]
    [Arguments("::/129")]
    [Arguments("::/00")]
    public async Task A_length_that_is_none_is_refused(string text) => await Assert.That(IpPrefix.TryParse(text, out _)).IsFalse();

    [Test]
    public async Task Never_stays_never_and_sums_do_not_wrap()
    {
        var now = new Timestamp(1_000_000_000);
        await Assert.That(now + TimeSpan.FromSeconds(2) - now).IsEqualTo(TimeSpan.FromSeconds(2));
        await Assert.That(Timestamp.Never - TimeSpan.FromDays(1)).IsEqualTo(Timestamp.Never);
        await Assert.That(new Timestamp(long.MaxValue - 1) + TimeSpan.FromDays(1)).IsEqualTo(Timestamp.Never);
        await Assert.That(now < Timestamp.Never).IsTrue();
    }

    [Test]
    public async Task An_endpoint_reads_as_people_write_it()
    {
        await Assert.That(new Endpoint(IpAddress.V4(0x7f000001), 80).ToString()).IsEqualTo("127.0.0.1:80");
        await Assert.That(new Endpoint(new IpAddress(1), 443).ToString()).IsEqualTo("[::1]:443");
    }
}
