using System.Net;
using Edge.Foundation.Addresses;
using Edge.Io.Netlink;

namespace Edge.Tests.Io;

/// <summary>Which of the machine's addresses others are told.</summary>
public sealed class LocalAddressesTests
{
    [Test]
    [Arguments("127.0.0.1 ::1 192.168.1.2 fe80::1 169.254.3.4 2001:db8::1 100.101.102.103 fd7a:115c:a1e0::7", "192.168.1.2 2001:db8::1")]
    [Arguments("127.0.0.1 169.254.3.4 fe80::1", "169.254.3.4")]
    [Arguments("127.0.0.1 ::1 fe80::1", "127.0.0.1 ::1")]
    [Arguments("100.127.255.255 100.128.0.1", "100.128.0.1")]
    public async Task Loopback_and_link_local_ones_are_for_those_who_have_nothing_else(string all, string told)
    {
        var chosen = LocalAddresses.Choose([.. all.Split(' ').Select(static text => IpAddress.Of(IPAddress.Parse(text)))]);
        await Assert.That(string.Join(' ', chosen)).IsEqualTo(told);
    }

    [Test]
    public async Task The_kernel_knows_some() => await Assert.That(LocalAddresses.List()).IsNotEmpty();

    [Test]
    public async Task What_the_kernel_says_is_heard_without_waiting()
    {
        using var watch = NetlinkWatch.TryOpen();
        Skip.When(watch is null, "netlink cannot be listened to here");
        await Assert.That(watch!.Number).IsGreaterThan(2);
        // Whether something changes on this machine at this moment nobody knows.
        watch.Drain();
    }
}
