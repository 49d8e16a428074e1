using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Edge.Orb.Proxy;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>Bodies of requests: when they are sent, and what becomes of them and of the connection when the answer comes early.</summary>
public sealed class SendingTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private const string TooLarge = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig";

    [Test]
    public async Task A_small_request_with_its_body_is_one_write_and_the_connection_is_used_again()
    {
        using var upstream = new Dialled();
        var asked = upstream.Send(upstream.With("hello"));
        var wire = await upstream.Next();
        await Assert.That(await wire.Asked("hello")).IsEqualTo("POST / HTTP/1.1\r\nHost: upstream.example\r\nContent-Length: 5\r\n\r\nhello");
        await Assert.That(wire.Writes).IsEqualTo(1);
        wire.Say(Ok);
        using (var response = await asked) await Answer.Of(response);
        await upstream.Exchange(wire, upstream.Get(), Ok);
        await Assert.That(upstream.Wires.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_body_without_a_length_comes_in_chunks_and_what_the_client_has_sent_does_not_wait_for_the_rest()
    {
        using var upstream = new Dialled();
        var body = new Pipe();
        var asked = upstream.Send(upstream.With(body.Reader.AsStream()));
        var wire = await upstream.Next();
        await Assert.That(await wire.Asked()).IsEqualTo("POST / HTTP/1.1\r\nHost: upstream.example\r\nTransfer-Encoding: chunked\r\n\r\n");
        await body.Writer.WriteAsync("hello"u8.ToArray());
        await Assert.That(await wire.Asked("hello\r\n")).IsEqualTo("5\r\nhello\r\n");
        await body.Writer.WriteAsync(new byte[10_000]);
        await body.Writer.CompleteAsync();
        var rest = await wire.Asked("\r\n0\r\n\r\n");
        await Assert.That(Encoding.Latin1.GetBytes(rest).Count(b => b == 0)).IsEqualTo(10_000);
        wire.Say(Ok);
        using var response = await asked;
        await Assert.That((await Answer.Of(response)).Body).IsEqualTo("ok");
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task An_early_answer_is_the_answer_while_the_body_is_still_being_sent(bool breaks)
    {
        using var upstream = new Dialled(room: 1000);
        var request = upstream.With(new MemoryStream(new byte[200_000]), 200_000);
        var (wire, asked) = await upstream.Ask(upstream.Send(request));
        wire.Say(TooLarge);
        if (breaks) wire.Break();
        using (var response = await asked)
        {
            var answer = await Answer.Of(response);
            await Assert.That($"{answer.Status} {answer.Body}").IsEqualTo("413 big");
        }
        // Its connection can carry nothing more, and nobody sends into it.
        await Assert.That(wire.IsClosed).IsTrue();
        await request.Body!.Finish().WaitAsync(Limits.Generous);
    }

    [Test]
    public async Task A_body_that_ends_after_an_early_answer_began_leaves_a_whole_connection()
    {
        using var upstream = new Dialled();
        var body = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var asked = upstream.Send(upstream.With(body.Reader.AsStream(), 10));
        var wire = await upstream.Next();
        await body.Writer.WriteAsync("first"u8.ToArray());
        await wire.Asked("first");
        wire.Say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfi");
        using (var response = await asked)
        {
            await Assert.That((await response.Read()).Length).IsEqualTo(2);
            await body.Writer.WriteAsync("later"u8.ToArray());
            await body.Writer.CompleteAsync();
            await wire.Asked("later");
            wire.Say("rst");
            await Assert.That((await Answer.Of(response)).Body).IsEqualTo("rst");
        }
        await upstream.Exchange(wire, upstream.Get(), Ok);
        await Assert.That(upstream.Wires.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_body_that_the_client_breaks_off_ends_the_connection_and_the_fault_is_the_clients()
    {
        using var upstream = new Dialled();
        var body = new Pipe();
        var request = upstream.With(body.Reader.AsStream(), 100);
        var (wire, asked) = await upstream.Ask(upstream.Send(request));
        await body.Writer.WriteAsync("part"u8.ToArray());
        await wire.Asked("part");
        await body.Writer.CompleteAsync(new IOException("the client left"));
        await Assert.That(async () => await asked).Throws<IOException>();
        await Assert.That(request.Body!.ClientFault).IsNotNull();
        await wire.Closed;
    }

    [Test]
    public async Task A_body_is_not_sent_before_it_is_asked_for()
    {
        using var upstream = new Dialled();
        var request = upstream.With("hello", expectsContinue: true);
        var asked = upstream.Send(request);
        var wire = await upstream.Next();
        await Assert.That(await wire.Asked()).Contains("\r\nExpect: 100-continue\r\n");
        upstream.Time.Advance(TimeSpan.FromMilliseconds(999));
        await Assert.That(request.Body!.HasStarted).IsFalse();
        wire.Say("HTTP/1.1 100 Continue\r\n\r\n");
        await Assert.That(await wire.Asked("hello")).IsEqualTo("hello");
        // Asking twice, and being late, changes nothing.
        wire.Say("HTTP/1.1 100 Continue\r\n\r\n");
        upstream.Time.Advance(TimeSpan.FromSeconds(5));
        wire.Say(Ok);
        using (var response = await asked) await Answer.Of(response);
        await Assert.That(await Next(upstream, wire)).StartsWith("GET / HTTP/1.1\r\n");
        await Assert.That(upstream.Wires.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_body_that_nobody_asks_for_is_sent_after_a_second()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Send(upstream.With("hello", expectsContinue: true)));
        upstream.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.That(await wire.Asked("hello")).IsEqualTo("hello");
        wire.Say("HTTP/1.1 100 Continue\r\n\r\n" + Ok);
        using (var response = await asked) await Answer.Of(response);
        await Assert.That(await Next(upstream, wire)).StartsWith("GET / HTTP/1.1\r\n");
    }

    [Test]
    public async Task A_body_that_is_refused_is_never_sent_and_the_connection_ends()
    {
        using var upstream = new Dialled();
        var request = upstream.With("hello", expectsContinue: true);
        var (wire, asked) = await upstream.Ask(upstream.Send(request));
        wire.Say("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
        using (var response = await asked)
        {
            upstream.Time.Advance(TimeSpan.FromSeconds(5));
            await Assert.That((await Answer.Of(response)).Status).IsEqualTo(417);
        }
        upstream.Time.Advance(TimeSpan.FromSeconds(5));
        await Assert.That(request.Body!.HasStarted).IsFalse();
        // RFC 9110, section 10.1.1: the upstream may still wait for it.
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    [Arguments("PUT", true)]
    [Arguments("POST", false)]
    public async Task A_body_that_waits_is_sent_on_the_connection_that_replaces_one_that_closed(string method, bool isRepeated)
    {
        using var upstream = new Dialled();
        await upstream.Rest(1);
        var request = upstream.With("hello", expectsContinue: true, method);
        var asked = upstream.Send(request);
        await upstream.Wires[0].Asked();
        upstream.Wires[0].End();
        if (!isRepeated)
        {
            await Assert.That(async () => await asked).Throws<IOException>();
            return;
        }
        var wire = await upstream.Next();
        await wire.Asked();
        wire.Say("HTTP/1.1 100 Continue\r\n\r\n");
        await wire.Asked("hello");
        wire.Say(Ok);
        using var response = await asked;
        await Assert.That((await Answer.Of(response)).Body).IsEqualTo("ok");
    }

    [Test]
    public async Task A_body_that_was_begun_is_not_repeated()
    {
        using var upstream = new Dialled();
        await upstream.Rest(1);
        var asked = upstream.Send(upstream.With("hello", method: "PUT"));
        await upstream.Wires[0].Asked("hello");
        upstream.Wires[0].End();
        await Assert.That(async () => await asked).Throws<IOException>();
        await Assert.That(upstream.Wires.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_value_that_cannot_be_sent_costs_no_connection()
    {
        using var upstream = new Dialled();
        await upstream.Rest(2);
        var request = new UpstreamRequest("GET", "/");
        request.Fields.Add("X-A", "b\r\nX-B: c");
        await Assert.That(async () => await upstream.Send(request)).Throws<IOException>().WithMessageContaining("X-A");
        // The one that was taken for it, at most.
        await Assert.That(upstream.Wires.Count).IsEqualTo(2);
        await Assert.That(upstream.Wires[0].IsClosed).IsFalse();
    }

    [Test]
    [Arguments("hell")]
    [Arguments("hello!")]
    public async Task A_body_that_is_not_as_long_as_was_told_ends_its_connection(string body)
    {
        using var upstream = new Dialled();
        await Assert.That(async () => await upstream.Send(upstream.With(new MemoryStream(Encoding.ASCII.GetBytes(body)), 5))).Throws<IOException>();
        await Assert.That((await upstream.Next()).IsClosed).IsTrue();
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Through_the_proxy_an_early_answer_reaches_the_client(bool closes)
    {
        using var answered = new CancellationTokenSource();
        await using var upstream = new RawUpstream(async stream =>
        {
            await RawUpstream.ReadHead(stream);
            await stream.WriteAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"u8.ToArray());
            // Closed with much unread: the upstream's kernel resets the connection.
            if (!closes) await Task.Delay(Timeout.Infinite, answered.Token);
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        using var client = new TcpClient("127.0.0.1", proxy.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n"u8.ToArray());
        var sending = Send(stream);
        await Assert.That(await RawUpstream.ReadHead(stream)).StartsWith("HTTP/1.1 413 ");
        await answered.CancelAsync();
        client.Close();
        await sending.WaitAsync(Limits.Generous);
        await Assert.That(proxy.Log.Text).DoesNotContain("failed");
    }

    private static async Task Send(Stream stream)
    {
        try
        {
            for (var i = 0; i < 500; i++) await stream.WriteAsync(new byte[100_000]);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The proxy takes no more of it.
        }
    }

    private static async Task<string> Next(Dialled upstream, Wire wire)
    {
        var asked = upstream.Get();
        var head = await wire.Asked();
        wire.Say(Ok);
        using var response = await asked;
        await Answer.Of(response);
        return head;
    }
}
