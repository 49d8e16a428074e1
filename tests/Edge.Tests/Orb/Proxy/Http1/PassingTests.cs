using System.Net.Sockets;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Orb.Proxy;
using Microsoft.Extensions.Time.Testing;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>What passes through the whole proxy, and what does not.</summary>
public sealed class PassingTests
{
    [Test]
    public async Task Names_that_are_none_do_not_reach_the_upstream()
    {
        var head = "";
        await using var upstream = new RawUpstream(async stream =>
        {
            head = await RawUpstream.ReadHead(stream);
            await stream.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        using var client = new TcpClient("127.0.0.1", proxy.Port);
        const string Request = "GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\nX(B): c\r\nTransfer-Encoding\u000b: chunked\r\n\"Content-Length\": 5\r\n\u0001: d\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(Request));
        // Whether the server itself refuses them or not.
        var answer = await RawUpstream.ReadHead(client.GetStream());
        if (answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal)) return;
        await Assert.That(answer).StartsWith("HTTP/1.1 204 ");
        await Assert.That(head).Contains("\r\nX-A: b\r\n");
        foreach (var name in new[] { "X(B)", "Transfer-Encoding", "Content-Length", "\u0001" }) await Assert.That(head).DoesNotContain(name);
    }

    [Test]
    [Arguments("X-Sum", true)]
    [Arguments("grpc-status", true)]
    [Arguments("Server-Timing", true)]
    [Arguments("ETag", true)]
    [Arguments("Content-Length", false)]
    [Arguments("transfer-encoding", false)]
    [Arguments("Content-Type", false)]
    [Arguments("SET-COOKIE", false)]
    [Arguments("Location", false)]
    [Arguments("Host", false)]
    [Arguments("Connection", false)]
    [Arguments("Trailer", false)]
    public async Task Rfc_9110_section_6_5_1_what_may_stand_behind_a_body(string name, bool isReturned) =>
        await Assert.That(HeaderRules.IsReturnedBehind(name)).IsEqualTo(isReturned);

    [Test]
    [Arguments("Content-Length: 7\r\n\r\nHealthy")]
    [Arguments("Transfer-Encoding: chunked\r\n\r\n7\r\nHealthy\r\n0\r\n\r\n")]
    public async Task Health_checks_go_over_one_connection(string response)
    {
        using var checks = new SemaphoreSlim(0);
        await using var upstream = new RawUpstream(async stream =>
        {
            while ((await RawUpstream.ReadHead(stream)).Length > 0)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n" + response));
                checks.Release();
            }
        });
        var time = new FakeTimeProvider();
        var record = ProxyServer.To(ProxyServer.At(upstream.Port)) with
        {
            HealthCheck = new HealthCheck { Active = new ActiveHealthCheck { Path = "/health", Interval = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromMinutes(4) } },
        };
        await using var proxy = await ProxyServer.Start(record, time);
        await Assert.That(await checks.WaitAsync(Limits.Generous)).IsTrue();
        for (var i = 0; i < 3; i++)
        {
            // A tick that finds the check before still reading waits for it.
            time.Advance(TimeSpan.FromSeconds(10));
            await Assert.That(await checks.WaitAsync(Limits.Generous)).IsTrue();
        }
        await Assert.That(upstream.Connections).IsEqualTo(1);
    }
}
