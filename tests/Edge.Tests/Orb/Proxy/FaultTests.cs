using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Orb.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Edge.Tests.Orb.Proxy;

/// <summary>Upstreams on bad days: what the client gets, what the log says, and that the one never hears the other.</summary>
public sealed class FaultTests
{
    [Test]
    public async Task An_upstream_that_is_down_is_502_and_the_reason_is_in_the_log_alone()
    {
        var port = RawUpstream.ClosedPort();
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(port)));
        using var response = await proxy.Client.GetAsync("/some/page?x=1");
        await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await Assert.That(response.ToString() + await response.Content.ReadAsStringAsync()).DoesNotContain(ProxyServer.At(port));
        await Assert.That(proxy.Log.Text).Contains($"GET /some/page?x=1: upstream http://127.0.0.1:{port} failed: no connection to 127.0.0.1:{port}: ConnectionRefused; the client gets 502");
    }

    [Test]
    public async Task A_name_without_an_address_is_502()
    {
        // RFC 6761, section 6.4: names in `invalid` have none, ever.
        await using var proxy = await ProxyServer.Start(ProxyServer.To("nowhere.invalid:80"));
        using var response = await proxy.Client.GetAsync("/");
        await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await Assert.That(proxy.Log.Text).Contains("no address for nowhere.invalid");
    }

    [Test]
    public async Task Another_upstream_is_asked_when_one_cannot_be_reached_whatever_the_method()
    {
        await using var server = await WebServer.Start(Echo);
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(RawUpstream.ClosedPort()), ProxyServer.At(server.Port)) with
        {
            LoadBalancing = LoadBalancing.First,
        });
        using var response = await proxy.Client.PostAsync("/", new StringContent("once"));
        await Assert.That(await response.Content.ReadAsStringAsync()).IsEqualTo("once");
        await Assert.That(proxy.Log.Text).Contains("another is tried");
    }

    [Test]
    public async Task No_more_upstreams_are_asked_than_retries_allow()
    {
        await using var server = await WebServer.Start(Echo);
        var record = ProxyServer.To(ProxyServer.At(RawUpstream.ClosedPort()), ProxyServer.At(RawUpstream.ClosedPort()), ProxyServer.At(server.Port)) with
        {
            LoadBalancing = LoadBalancing.First,
        };
        await using var one = await ProxyServer.Start(record);
        await Assert.That((await one.Client.GetAsync("/")).StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await using var two = await ProxyServer.Start(record with { Retries = 2 });
        await Assert.That((await two.Client.GetAsync("/")).StatusCode).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_safe_request_is_repeated_when_the_upstream_hangs_up_and_an_unsafe_one_is_not()
    {
        await using var rude = new RawUpstream(async stream => await RawUpstream.ReadHead(stream));
        await using var server = await WebServer.Start(Echo);
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(rude.Port), ProxyServer.At(server.Port)) with
        {
            LoadBalancing = LoadBalancing.First,
        });
        await Assert.That((await proxy.Client.GetAsync("/")).StatusCode).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((await proxy.Client.PostAsync("/", null)).StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await Assert.That((await proxy.Client.PostAsync("/", new StringContent("body"))).StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await Assert.That(server.Requests).IsEqualTo(1);
    }

    [Test]
    public async Task An_upstream_that_does_not_answer_in_time_is_504()
    {
        var asked = new TaskCompletionSource();
        var done = new TaskCompletionSource();
        await using var slow = new RawUpstream(async stream =>
        {
            await RawUpstream.ReadHead(stream);
            asked.TrySetResult();
            await done.Task;
        });
        var time = new FakeTimeProvider();
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(slow.Port)), time);
        var pending = proxy.Client.GetAsync("/");
        await asked.Task.WaitAsync(Limits.Generous);
        time.Advance(TimeSpan.FromSeconds(29));
        await Assert.That(pending.IsCompleted).IsFalse();
        time.Advance(TimeSpan.FromSeconds(2));
        using var response = await pending;
        await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.GatewayTimeout);
        await Assert.That(proxy.Log.Text).Contains("no response within 30 s");
        done.SetResult();
    }

    [Test]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")]
    [Arguments("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\nnonsense\r\n")]
    public async Task A_response_that_breaks_off_cuts_the_clients_connection(string response)
    {
        await using var upstream = RawUpstream.Answering(response);
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        await Assert.That(async () => await proxy.Client.GetStringAsync("/")).Throws<HttpRequestException>();
        await proxy.Log.WaitFor("broke off its response");
    }

    [Test]
    [Arguments("SSH-2.0-OpenSSH_9.2\r\n")]
    [Arguments("\0\0\0\0\0\0\0\0\r\n\r\n")]
    [Arguments("HTTP/1.1 2x0 OK\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\nX-Bell: a\u0007b\r\nContent-Length: 0\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [Arguments("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: surprise\r\n\r\n")]
    [Arguments("")]
    public async Task Garbage_is_502(string response)
    {
        await using var upstream = RawUpstream.Answering(response);
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        using var answer = await proxy.Client.GetAsync("/");
        await Assert.That(answer.StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await Assert.That(await answer.Content.ReadAsStringAsync()).IsEqualTo("");
        await Assert.That(proxy.Log.Text).Contains("the client gets 502");
    }

    [Test]
    public async Task A_header_without_end_is_502_and_not_kept()
    {
        await using var upstream = new RawUpstream(async stream =>
        {
            await RawUpstream.ReadHead(stream);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
            var line = Encoding.ASCII.GetBytes("X-Filler: " + new string('x', 1000) + "\r\n");
            for (var i = 0; i < 100_000; i++) await stream.WriteAsync(line);
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        using var answer = await proxy.Client.GetAsync("/");
        await Assert.That(answer.StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await Assert.That(proxy.Log.Text).Contains("larger than 64 KiB");
    }

    [Test]
    public async Task A_client_that_breaks_off_its_body_cuts_the_upstreams_connection_and_no_blame_falls_on_it()
    {
        var ended = new TaskCompletionSource<bool>();
        await using var server = await WebServer.Start(async context =>
        {
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                ended.SetResult(true);
            }
            catch (Exception)
            {
                ended.SetResult(false);
            }
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(server.Port)));
        using (var client = new TcpClient("127.0.0.1", proxy.Port))
        {
            client.LingerState = new LingerOption(true, 0);
            await client.GetStream().WriteAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart"u8.ToArray());
            await WaitUntil(() => server.Requests == 1);
        }
        await Assert.That(await ended.Task.WaitAsync(Limits.Generous)).IsFalse();
        await Assert.That(proxy.Log.Text).DoesNotContain("failed");
    }

    [Test]
    public async Task A_network_is_refused_by_name()
    {
        await Assert.That(async () => await ProxyServer.Start(ProxyServer.To("10.0.0.1:80") with { Network = "office" }))
            .Throws<UpstreamSetupException>().WithMessageContaining("office");
    }

    private static Task Echo(HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body);

    /// <summary>For what has no event of its own; bounded by the generous limit.</summary>
    private static async Task WaitUntil(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limits.Generous);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
