using System.Collections.Concurrent;
using Edge.Io.Http;
using Edge.Tests.Image;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>Which connections are used again (RFC 9112, section 9.3), and what becomes of those that are not.</summary>
public sealed class ReuseTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Test]
    [Arguments("GET", Ok)]
    [Arguments("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [Arguments("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")]
    [Arguments("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n")]
    [Arguments("GET", "HTTP/1.1 204 No Content\r\n\r\n")]
    [Arguments("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")]
    [Arguments("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")]
    [Arguments("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [Arguments("GET", "HTTP/1.1 103 Early Hints\r\n\r\n" + Ok)]
    [Arguments("GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")]
    [Arguments("POST", "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno")]
    public async Task After_a_whole_response_the_connection_is_used_again(string method, string response)
    {
        using var upstream = new Dialled();
        for (var i = 0; i < 3; i++)
        {
            var asked = upstream.Get(method);
            if (i == 0) _ = await upstream.Next();
            await upstream.Exchange(upstream.Wires[0], asked, response);
        }
        await Assert.That(upstream.Wires.Count).IsEqualTo(1);
    }

    [Test]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close\r\n\r\nok")]
    [Arguments("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [Arguments(Ok + "HTTP/1.1 200 OK\r\n")]
    [Arguments(Ok + "\r\n")]
    [Arguments("HTTP/1.1 204 No Content\r\n\r\nok")]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n0\r\n\r\n")]
    public async Task After_others_it_is_closed(string response)
    {
        using var upstream = new Dialled();
        var first = upstream.Get();
        await upstream.Exchange(await upstream.Next(), first, response);
        await Assert.That(upstream.Wires[0].IsClosed).IsTrue();
        var second = upstream.Get();
        await upstream.Exchange(await upstream.Next(), second, Ok);
        await Assert.That(upstream.Wires[1].IsClosed).IsFalse();
    }

    [Test]
    public async Task A_body_that_the_connection_ends_ends_it()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say("HTTP/1.1 200 OK\r\n\r\nall");
        wire.End();
        using (var response = await asked) await Assert.That((await Answer.Of(response)).Body).IsEqualTo("all");
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task A_body_that_was_not_read_to_its_end_ends_it()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say(Ok);
        using (var response = await asked)
        {
            // All of it is here, but its end was not read.
            await Assert.That((await response.Read()).Length).IsEqualTo(2);
            await Assert.That(wire.IsClosed).IsFalse();
        }
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task Reading_and_disposing_again_after_the_end_leave_the_next_request_alone()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say(Ok);
        var first = await asked;
        await Answer.Of(first);
        var next = upstream.Get();
        await wire.Asked();
        await Assert.That((await first.Read()).IsEmpty).IsTrue();
        first.Dispose();
        first.Dispose();
        wire.Say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
        using var second = await next;
        await Assert.That((await first.Read()).IsEmpty).IsTrue();
        await Assert.That((await Answer.Of(second)).Body).IsEqualTo("next");
        await Assert.That(upstream.Wires.Count).IsEqualTo(1);
    }

    [Test]
    public async Task The_connection_that_rested_last_is_taken_first()
    {
        using var upstream = new Dialled();
        await upstream.Rest(2);
        for (var i = 0; i < 3; i++) await upstream.Exchange(upstream.Wires[1], upstream.Get(), Ok);
        await Assert.That(upstream.Wires.Count).IsEqualTo(2);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_resting_connection_that_the_upstream_closed_is_not_used(bool isBroken)
    {
        using var upstream = new Dialled();
        await upstream.Rest(1);
        if (isBroken) upstream.Wires[0].Break();
        else upstream.Wires[0].End();
        // A POST is not asked twice: it goes to a fresh one at once.
        var second = upstream.Get("POST");
        await upstream.Exchange(await upstream.Next(), second, Ok);
        await Assert.That(upstream.Wires[0].IsClosed).IsTrue();
    }

    [Test]
    public async Task A_resting_connection_on_which_the_upstream_says_something_is_not_used()
    {
        using var upstream = new Dialled();
        await upstream.Rest(1);
        upstream.Wires[0].Say("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
        var second = upstream.Get();
        await Assert.That((await upstream.Exchange(await upstream.Next(), second, Ok)).Status).IsEqualTo(200);
        await Assert.That(upstream.Wires[0].IsClosed).IsTrue();
    }

    [Test]
    [Arguments("GET", true)]
    [Arguments("HEAD", true)]
    [Arguments("OPTIONS", true)]
    [Arguments("PUT", true)]
    [Arguments("DELETE", true)]
    [Arguments("POST", false)]
    [Arguments("PATCH", false)]
    [Arguments("ODD", false)]
    public async Task One_that_closes_at_the_moment_at_which_it_is_used_is_replaced_where_that_does_no_harm(string method, bool isRepeated)
    {
        foreach (var isBroken in new[] { false, true })
        {
            using var upstream = new Dialled();
            await upstream.Rest(1);
            var second = upstream.Get(method);
            await upstream.Wires[0].Asked();
            if (isBroken) upstream.Wires[0].Break();
            else upstream.Wires[0].End();
            if (isRepeated)
                await Assert.That((await upstream.Exchange(await upstream.Next(), second, method == "HEAD" ? "HTTP/1.1 200 OK\r\n\r\n" : Ok)).Status).IsEqualTo(200);
            else
                await Assert.That(async () => await second).Throws<IOException>();
            await Assert.That(upstream.Wires[0].IsClosed).IsTrue();
            await Assert.That(upstream.Wires.Count).IsEqualTo(isRepeated ? 2 : 1);
        }
    }

    [Test]
    public async Task A_fresh_connection_that_closes_is_not_replaced()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.End();
        var fault = await Assert.That(async () => await asked).Throws<IOException>();
        await Assert.That(HttpFault.Describe(fault!)).IsEqualTo("it closed the connection before its response was whole");
        await Assert.That(upstream.Wires.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_request_is_repeated_once_and_on_a_fresh_connection()
    {
        using var upstream = new Dialled();
        await upstream.Rest(2);
        var third = upstream.Get();
        await upstream.Wires[1].Asked();
        upstream.Wires[1].End();
        // RFC 9112, section 9.3.1: what failed when it was repeated is not repeated again. The other resting one may be as dead.
        var fresh = await upstream.Next();
        await fresh.Asked();
        fresh.End();
        await Assert.That(async () => await third).Throws<IOException>();
        await Assert.That(upstream.Wires.Count).IsEqualTo(3);
        await Assert.That(upstream.Wires[0].IsClosed).IsFalse();
    }

    [Test]
    public async Task What_has_begun_to_be_answered_is_not_repeated()
    {
        using var upstream = new Dialled();
        await upstream.Rest(1);
        var second = upstream.Get();
        await upstream.Wires[0].Asked();
        upstream.Wires[0].Say("HTTP/1.1 2");
        upstream.Wires[0].End();
        await Assert.That(async () => await second).Throws<IOException>();
        await Assert.That(upstream.Wires.Count).IsEqualTo(1);
    }

    [Test]
    public async Task One_that_rested_for_a_minute_is_ended()
    {
        using var upstream = new Dialled();
        await upstream.Rest(1);
        upstream.Time.Advance(TimeSpan.FromSeconds(59));
        await upstream.Exchange(upstream.Wires[0], upstream.Get(), Ok);
        await Assert.That(upstream.Wires[0].IsClosed).IsFalse();
        // Nobody asks: it is swept away.
        for (var i = 0; i < 5; i++) upstream.Time.Advance(TimeSpan.FromSeconds(15));
        await Assert.That(upstream.Wires[0].IsClosed).IsTrue();
        // And it is swept again for the next.
        var second = upstream.Get();
        await upstream.Exchange(await upstream.Next(), second, Ok);
        for (var i = 0; i < 5; i++) upstream.Time.Advance(TimeSpan.FromSeconds(15));
        await Assert.That(upstream.Wires[1].IsClosed).IsTrue();
    }

    [Test]
    [Arguments("timeout=5", 4)]
    [Arguments("timeout=5, max=100", 4)]
    [Arguments("max=100 ,\tTimeout=30", 29)]
    [Arguments("timeout=2", 1)]
    [Arguments("timeout=600", 60)]
    [Arguments("timeout=x", 60)]
    [Arguments("timeout=-1", 60)]
    [Arguments("timeout=1", 0)]
    [Arguments("timeout=0", 0)]
    [Arguments("max=0", 0)]
    public async Task It_rests_a_second_less_than_the_upstream_says(string keepAlive, int seconds)
    {
        var response = $"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: {keepAlive}\r\n\r\nok";
        using var upstream = new Dialled();
        var asked = upstream.Get();
        var wire = await upstream.Next();
        await upstream.Exchange(wire, asked, response);
        if (seconds > 0)
        {
            upstream.Time.Advance(TimeSpan.FromSeconds(seconds - 0.5));
            await upstream.Exchange(wire, upstream.Get(), response);
            upstream.Time.Advance(TimeSpan.FromSeconds(seconds));
        }
        asked = upstream.Get();
        await upstream.Exchange(await upstream.Next(), asked, Ok);
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task One_that_is_five_minutes_old_is_used_no_more()
    {
        using var upstream = new Dialled();
        await upstream.Rest(1);
        for (var i = 0; i < 9; i++)
        {
            upstream.Time.Advance(TimeSpan.FromSeconds(33));
            await upstream.Exchange(upstream.Wires[0], upstream.Get(), Ok);
        }
        upstream.Time.Advance(TimeSpan.FromSeconds(4));
        var second = upstream.Get();
        await upstream.Exchange(await upstream.Next(), second, Ok);
        await Assert.That(upstream.Wires[0].IsClosed).IsTrue();
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task The_sweeper_closes_those_that_the_upstream_closed_and_leaves_the_others(bool isBroken)
    {
        using var upstream = new Dialled();
        await upstream.Rest(2);
        upstream.Time.Advance(TimeSpan.FromSeconds(15));
        if (isBroken) upstream.Wires[0].Break();
        else upstream.Wires[0].End();
        upstream.Time.Advance(TimeSpan.FromSeconds(15));
        await Assert.That(upstream.Wires[0].IsClosed).IsTrue();
        await Assert.That(upstream.Wires[1].IsClosed).IsFalse();
        await upstream.Exchange(upstream.Wires[1], upstream.Get(), Ok);
        await Assert.That(upstream.Wires.Count).IsEqualTo(2);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_resting_connection_that_throws_when_it_is_looked_at_harms_nobody(bool isSwept)
    {
        using var upstream = new Dialled();
        await upstream.Rest(2);
        // As a network's connections are when the network ends: the stream is gone, and says so at once.
        foreach (var wire in upstream.Wires) wire.IsGone = true;
        if (isSwept) upstream.Time.Advance(TimeSpan.FromSeconds(15));
        var asked = upstream.Get();
        await Assert.That((await upstream.Exchange(await upstream.Next(), asked, Ok)).Status).IsEqualTo(200);
        await Assert.That(upstream.Wires.Count).IsEqualTo(3);
    }

    [Test]
    public async Task Over_tls_too_a_connection_is_used_again()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("upstream.example", DateTimeOffset.UtcNow.AddDays(30));
        var connections = new ConcurrentBag<string>();
        await using var server = await WebServer.Start(async context =>
        {
            connections.Add(context.Connection.Id);
            await context.Request.Body.CopyToAsync(context.Response.Body);
        }, certificate: certificate);
        await using var proxy = await ProxyServer.Start(ProxyServer.To($"https://127.0.0.1:{server.Port}") with { Tls = new() { Insecure = true } });
        foreach (var size in new[] { 0, 1, 100, 10_000 })
        {
            var text = new string('x', size);
            using var response = await proxy.Client.PostAsync("/", new StringContent(text));
            await Assert.That(await response.Content.ReadAsStringAsync()).IsEqualTo(text);
            await proxy.Client.GetStringAsync("/");
        }
        await Assert.That(connections.Count).IsEqualTo(8);
        await Assert.That(connections.Distinct().Count()).IsEqualTo(1);
    }

    [Test]
    public async Task Through_the_proxy_a_get_survives_an_upstream_that_closes_when_it_is_asked_again_and_a_post_is_502()
    {
        await using var upstream = new RawUpstream(async stream =>
        {
            await RawUpstream.ReadHead(stream);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
            await RawUpstream.ReadHead(stream);
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        await proxy.Client.GetStringAsync("/");
        await Assert.That(await proxy.Client.GetStringAsync("/")).IsEqualTo("ok");
        await Assert.That(upstream.Connections).IsEqualTo(2);
        using var response = await proxy.Client.PostAsync("/", null);
        await Assert.That((int)response.StatusCode).IsEqualTo(StatusCodes.Status502BadGateway);
        await Assert.That(upstream.Connections).IsEqualTo(2);
    }
}
