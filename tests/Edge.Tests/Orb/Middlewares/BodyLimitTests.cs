using System.Net;

namespace Edge.Tests.Orb.Middlewares;

public sealed class BodyLimitTests
{
    [Test]
    public async Task A_body_of_a_known_length_is_refused_before_it_is_read_and_the_connection_ends()
    {
        await using var orb = await OrbRun.Start(Echo.Around("new BodyLimit { maxSize = 10.b }", """handler = new Respond { body = "fine" }"""));
        await Assert.That(await orb.Raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nConnection: close\r\n\r\n0123456789")).EndsWith("fine");
        // Nothing of the body is sent: the answer does not wait for it.
        var refused = await orb.Raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
        await Assert.That(refused).StartsWith("HTTP/1.1 413 ").And.Contains("Connection: close\r\n");
    }

    [Test]
    public async Task A_body_of_unknown_length_is_broken_off_while_it_is_passed_on()
    {
        await using var upstream = await Proxy.WebServer.Start(async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            await context.Response.Body.WriteAsync(body.ToArray());
        });
        await using var orb = await OrbRun.Start($$"""
            servers { [":8080"] {
              middleware { new BodyLimit { maxSize = 40.b } new BodyLimit { maxSize = 1.mib } }
              handler = new ReverseProxy { upstreams { "127.0.0.1:{{upstream.Port}}" } }
            } }
            """);
        const string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        await Assert.That(await orb.Raw(head + "a\r\n0123456789\r\n0\r\n\r\n")).Contains("0123456789");
        await Assert.That(await orb.Raw(head + $"29\r\n{new string('a', 41)}\r\n0\r\n\r\n")).StartsWith("HTTP/1.1 413 ");
        using var client = orb.Client(version: HttpVersion.Version20);
        using var response = await client.PostAsync("/", new ByteArrayContent(new byte[41]));
        await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.RequestEntityTooLarge);
    }
}
