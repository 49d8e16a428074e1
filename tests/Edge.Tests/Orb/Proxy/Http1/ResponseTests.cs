using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Edge.Io.Http;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>Responses before the response, protocols that take the connection over, and how much memory waits for a body.</summary>
public sealed class ResponseTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Test]
    [Arguments(32, true)]
    [Arguments(33, false)]
    public async Task Not_all_responses_may_be_preliminary(int count, bool isAccepted)
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", count)) + Ok);
        if (isAccepted)
        {
            using var response = await asked;
            await Assert.That((await Answer.Of(response)).Body).IsEqualTo("ok");
        }
        else
        {
            await Assert.That(async () => await asked).Throws<HttpRuleException>().WithMessageContaining("preliminary");
            await Assert.That(wire.IsClosed).IsTrue();
        }
    }

    [Test]
    public async Task What_is_there_before_the_request_is_its_answer_on_a_fresh_connection_alone()
    {
        // RFC 9112, section 9.2 takes such bytes for no response. On a fresh connection nobody has read yet, and the platform's client takes them too.
        await using var upstream = new RawUpstream(async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok));
            await RawUpstream.ReadHead(stream);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 500 Late\r\nContent-Length: 0\r\n\r\n"));
            while (await stream.ReadAsync(new byte[100]) > 0)
            {
            }
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        await Assert.That(await proxy.Client.GetStringAsync("/")).IsEqualTo("ok");
    }

    [Test]
    [Arguments("SSH-2.0-OpenSSH_9.2\r\n")]
    [Arguments("220 mail.example ESMTP\r\n")]
    [Arguments("\0\0\u0012\u0004\0\0")]
    [Arguments("\r")]
    [Arguments("HTTP/2")]
    [Arguments("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n220 mail")]
    public async Task Another_protocols_greeting_is_known_at_once(string greeting)
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        // And then it waits.
        wire.Say(greeting);
        await Assert.That(async () => await asked).Throws<HttpRuleException>().WithMessageContaining("not an HTTP response");
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task Fields_of_preliminary_responses_are_not_the_responses()
    {
        using var upstream = new Dialled();
        var asked = upstream.Get();
        var answer = await upstream.Exchange(await upstream.Next(), asked, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\nConnection: close\r\n\r\n" + Ok);
        await Assert.That(answer.Fields).IsEqualTo("content-length: 2");
        await upstream.Exchange(upstream.Wires[0], upstream.Get(), Ok);
    }

    [Test]
    [Arguments(60_000, true)]
    [Arguments(70_000, false)]
    public async Task A_header_has_64_KiB_at_most_however_it_comes(int size, bool isAccepted)
    {
        foreach (var piece in new[] { 100_000, 5000, 997 })
        {
            using var upstream = new Dialled();
            var (wire, asked) = await upstream.Ask(upstream.Get());
            var text = $"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: {new string('x', size)}\r\n\r\nok";
            for (var at = 0; at < text.Length && !wire.IsClosed; at += piece) wire.Say(text[at..Math.Min(text.Length, at + piece)]);
            if (isAccepted)
            {
                using var response = await asked;
                await Assert.That((await Answer.Of(response)).Fields.Length).IsGreaterThan(size);
            }
            else
            {
                await Assert.That(async () => await asked).Throws<HttpRuleException>().WithMessageContaining("64 KiB");
            }
        }
    }

    [Test]
    public async Task An_upgrade_whose_first_bytes_come_with_the_101_loses_none()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nhello");
        using (var response = await asked)
        {
            await Assert.That(response.Status).IsEqualTo(101);
            await using var stream = response.Switch();
            await Assert.That(await Read(stream, 5)).IsEqualTo("hello");
            wire.Say("more");
            await Assert.That(await Read(stream, 4)).IsEqualTo("more");
            await stream.WriteAsync("and back"u8.ToArray());
            await Assert.That(await wire.Asked("back")).IsEqualTo("and back");
            await Assert.That(wire.IsClosed).IsFalse();
        }
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task A_cancelled_upgrade_ends_its_connection()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n");
        using var response = await asked;
        _ = response.Switch();
        await upstream.Cancellation.CancelAsync();
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task A_body_that_flows_is_read_in_large_pieces_and_one_that_rests_holds_no_room()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say("HTTP/1.1 200 OK\r\n\r\n" + new string('x', 300_000));
        using var response = await asked;
        for (var read = 0; read < 300_000; read += (await response.Read()).Length)
        {
        }
        await Assert.That(wire.LargestRead).IsEqualTo(64 * 1024);
        var next = response.Read().AsTask();
        await Assert.That(wire.Reading).IsEqualTo(0);
        wire.Say("hello");
        await Assert.That((await next.WaitAsync(Limits.Generous)).Length).IsEqualTo(5);
        // Little came: little room waits for the next.
        next = response.Read().AsTask();
        await Assert.That(wire.Reading).IsEqualTo(4096);
        wire.End();
        await Assert.That((await next.WaitAsync(Limits.Generous)).Length).IsEqualTo(0);
    }

    [Test]
    public async Task A_body_that_rests_behind_a_large_header_holds_no_more()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say($"HTTP/1.1 200 OK\r\nX-A: {new string('x', 20_000)}\r\n\r\n");
        using var response = await asked;
        var next = response.Read().AsTask();
        await Assert.That(wire.Reading).IsLessThanOrEqualTo(4096);
        wire.Say("hello");
        await Assert.That(Encoding.ASCII.GetString((await next.WaitAsync(Limits.Generous)).Span)).IsEqualTo("hello");
    }

    [Test]
    public async Task Small_chunks_that_are_here_are_one_piece()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x\r\nbc\r\n4\r\nde");
        using var response = await asked;
        await Assert.That(Encoding.ASCII.GetString((await response.Read()).Span)).IsEqualTo("abcde");
        wire.Say("fg\r\n1\r\nh\r\n0\r\nX-Sum: 1\r\n\r\n");
        await Assert.That(Encoding.ASCII.GetString((await response.Read()).Span)).IsEqualTo("fgh");
        await Assert.That((await response.Read()).IsEmpty).IsTrue();
        await Assert.That(response.Trailers!.Count).IsEqualTo(1);
        await upstream.Exchange(wire, upstream.Get(), Ok);
    }

    [Test]
    [Arguments("oops\r\n")]
    [Arguments("1\r\nbXX")]
    [Arguments("0\r\nno colon\r\n\r\n")]
    public async Task What_came_before_a_chunk_that_is_none_is_passed_on(string rest)
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n" + rest);
        using var response = await asked;
        await Assert.That(Encoding.ASCII.GetString((await response.Read()).Span)).StartsWith("a");
        await Assert.That(async () => await response.Read()).Throws<HttpRuleException>().WithMessageContaining("chunks");
        await Assert.That(async () => await response.Read()).Throws<HttpRuleException>();
    }

    [Test]
    public async Task A_piece_is_valid_until_the_next_is_read()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\n");
        using var response = await asked;
        var first = await response.Read();
        wire.Say("def\r\n0\r\n\r\n");
        await Assert.That(Encoding.ASCII.GetString(first.Span)).IsEqualTo("abc");
        await Assert.That((await Answer.Of(response)).Body).IsEqualTo("def");
    }

    public static IEnumerable<Func<Exception>> Faults() =>
    [
        static () => new IOException("x"), static () => new SocketException((int)SocketError.ConnectionReset), static () => new ObjectDisposedException("x"),
        static () => new AuthenticationException("x"),
    ];

    [Test]
    [MethodDataSource(nameof(Faults))]
    public async Task Whatever_a_connection_says_when_it_breaks_is_a_fault_of_the_connection(Exception fault)
    {
        foreach (var beginning in new[] { "", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello" })
        {
            using var upstream = new Dialled();
            var (wire, asked) = await upstream.Ask(upstream.Get());
            wire.Say(beginning);
            wire.Break(fault);
            await Assert.That(async () =>
            {
                using var response = await asked;
                await Answer.Of(response);
            }).Throws<IOException>();
            await Assert.That(wire.IsClosed).IsTrue();
        }
    }

    [Test]
    [Arguments(256, true)]
    [Arguments(257, false)]
    public async Task A_header_has_256_lines_at_most(int count, bool isAccepted)
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say($"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{string.Concat(Enumerable.Range(1, count - 1).Select(i => $"a{i}:\r\n"))}\r\nok");
        if (isAccepted)
        {
            using var response = await asked;
            await Assert.That((await Answer.Of(response)).Body).IsEqualTo("ok");
        }
        else
        {
            await Assert.That(async () => await asked).Throws<HttpRuleException>().WithMessageContaining("256 lines");
        }
    }

    private static async Task<string> Read(Stream stream, int length)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(Limits.Generous);
        return Encoding.ASCII.GetString(bytes);
    }
}
