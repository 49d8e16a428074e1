using System.Net;
using Edge.Foundation.Configuration;
using Edge.Orb;
using Edge.Orb.Middlewares;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests.Orb.Middlewares;

public sealed class IpFilterTests
{
    [Test]
    [Arguments("", 200)]
    [Arguments("""allow { "127.0.0.0/8" }""", 200)]
    [Arguments("""allow { "10.0.0.0/8" }""", 403)]
    [Arguments("""allow { "10.0.0.0/8"; "127.0.0.1" }""", 200)]
    [Arguments("""allow { "127.0.0.0/8" } deny { "127.0.0.1/32" }""", 403)]
    [Arguments("""deny { "127.0.0.0/8" } status = 444""", 444)]
    [Arguments("""deny { "::/0" }""", 200)]
    public async Task A_source_address_passes_or_not_whatever_the_client_says(string properties, int status)
    {
        await using var orb = await OrbRun.Start(Echo.Around($"new IpFilter {{ {properties} }}", "handler = 200"));
        await Assert.That(await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.0.0.1\r\nConnection: close\r\n\r\n")).StartsWith($"HTTP/1.1 {status} ");
    }

    [Test]
    [Arguments("::ffff:10.1.2.3", "10.0.0.0/8", true)]
    [Arguments("10.1.2.3", "10.1.2.3/32", true)]
    [Arguments("10.1.2.4", "10.1.2.3/32", false)]
    [Arguments("fd00::1", "fd00::/8", true)]
    [Arguments("fe00::1", "fd00::/8", false)]
    [Arguments("10.1.2.3", "0.0.0.0/0", true)]
    [Arguments("::1", "0.0.0.0/0", false)]
    [Arguments(null, "::/0", false)]
    public async Task Ranges_are_of_one_family_and_a_unix_socket_is_in_none(string? source, string range, bool passes)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = source is null ? null : IPAddress.Parse(source);
        await IpFilterMiddleware.Compile(new IpFilter { Allow = [IPNetwork.Parse(range)] }, null!, _ => Task.CompletedTask)(context);
        await Assert.That(context.Response.StatusCode).IsEqualTo(passes ? 200 : 403);
    }

    [Test]
    [Arguments("2001:db8:1:2::1", "2001:db8:1:2:ffff::", false, true)]
    [Arguments("2001:db8:1:2::1", "2001:db8:1:3::1", false, false)]
    [Arguments("fd7a:115c:a1e0::1", "fd7a:115c:a1e0::2", false, false)]
    [Arguments("2001:db8:1:2::1", "2001:db8:1:2::2", true, false)]
    [Arguments("192.0.2.1", "::ffff:192.0.2.1", false, true)]
    [Arguments("192.0.2.1", "192.0.2.2", false, false)]
    public async Task A_public_network_of_ipv6_is_one_client_and_each_peer_of_a_tunnel_is_one(string first, string second, bool inTunnel, bool isSame)
    {
        UInt128 Key(string address)
        {
            var context = new DefaultHttpContext();
            context.Connection.RemoteIpAddress = IPAddress.Parse(address);
            context.Features.Set<ConnectionOrigin>(inTunnel ? new ConnectionOrigin.Tunnel("t") : ConnectionOrigin.Public.Instance);
            return ClientKey.Of(context);
        }

        await Assert.That(Key(first) == Key(second)).IsEqualTo(isSame);
    }
}
