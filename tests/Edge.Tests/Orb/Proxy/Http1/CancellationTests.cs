using System.Net.Sockets;
using Edge.Orb.Proxy;
using Edge.Orb.Proxy.Http1;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>A request that is cancelled ends its connection, at whatever stage it is; one that is over is out of its reach.</summary>
public sealed class CancellationTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Test]
    public async Task While_the_upstream_is_dialled()
    {
        var dialling = new TaskCompletionSource();
        var client = new Http1Client("upstream.example", async cancellation =>
        {
            dialling.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return Stream.Null;
        }, TimeProvider.System);
        using var cancellation = new CancellationTokenSource();
        var asked = client.Send(new UpstreamRequest("GET", "/"), cancellation.Token).AsTask();
        await dialling.Task.WaitAsync(Limits.Generous);
        await cancellation.CancelAsync();
        await Assert.That(async () => await asked.WaitAsync(Limits.Generous)).Throws<OperationCanceledException>();
    }

    [Test]
    public async Task Before_it_began()
    {
        using var upstream = new Dialled();
        await upstream.Cancellation.CancelAsync();
        await Assert.That(async () => await upstream.Get()).Throws<OperationCanceledException>();
        await Assert.That(upstream.Wires.All(wire => wire.IsClosed)).IsTrue();
    }

    [Test]
    [Arguments("")]
    [Arguments("HTTP/1.1 200 O")]
    [Arguments("HTTP/1.1 100 Continue\r\n\r\n")]
    public async Task While_the_header_is_waited_for(string beginning)
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say(beginning);
        await upstream.Cancellation.CancelAsync();
        await Assert.That(async () => await asked).Throws<OperationCanceledException>();
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task While_a_resting_connection_is_asked_it_is_not_taken_for_one_that_closed()
    {
        using var upstream = new Dialled();
        await upstream.Rest(1);
        var asked = upstream.Get();
        await upstream.Wires[0].Asked();
        await upstream.Cancellation.CancelAsync();
        await Assert.That(async () => await asked).Throws<OperationCanceledException>();
        await Assert.That(upstream.Wires.Count).IsEqualTo(1);
        await Assert.That(upstream.Wires[0].IsClosed).IsTrue();
    }

    [Test]
    public async Task While_the_body_is_sent()
    {
        using var upstream = new Dialled(room: 1000);
        var request = upstream.With(new MemoryStream(new byte[200_000]), 200_000);
        var (wire, asked) = await upstream.Ask(upstream.Send(request));
        await upstream.Cancellation.CancelAsync();
        await Assert.That(async () => await asked).Throws<OperationCanceledException>();
        await Assert.That(wire.IsClosed).IsTrue();
        await request.Body!.Finish().WaitAsync(Limits.Generous);
    }

    [Test]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")]
    [Arguments("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\n\r\npart")]
    public async Task While_the_body_is_waited_for(string beginning)
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say(beginning);
        using var response = await asked;
        await Assert.That((await response.Read()).Length).IsEqualTo(4);
        var next = response.Read().AsTask();
        await upstream.Cancellation.CancelAsync();
        await Assert.That(async () => await next.WaitAsync(Limits.Generous)).Throws<OperationCanceledException>();
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task A_read_that_nobody_waits_for_is_ended_with_its_response()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
        var response = await asked;
        _ = await response.Read();
        var next = response.Read().AsTask();
        response.Dispose();
        await Assert.That(async () => await next.WaitAsync(Limits.Generous)).Throws<IOException>();
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task After_the_body_was_cancelled_what_is_left_of_it_makes_no_connection_to_be_used_again()
    {
        using var upstream = new Dialled();
        var (wire, asked) = await upstream.Ask(upstream.Get());
        wire.Say(Ok);
        using (var response = await asked)
        {
            await upstream.Cancellation.CancelAsync();
            await Answer.Of(response);
        }
        await Assert.That(wire.IsClosed).IsTrue();
    }

    [Test]
    public async Task After_the_end_it_reaches_the_connection_no_more()
    {
        using var upstream = new Dialled();
        await upstream.Rest(1);
        await upstream.Cancellation.CancelAsync();
        await Assert.That(upstream.Wires[0].IsClosed).IsFalse();
    }

    [Test]
    [Arguments("")]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")]
    public async Task A_client_that_leaves_the_proxy_ends_the_upstreams_connection(string beginning)
    {
        var (asked, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var upstream = new RawUpstream(async stream =>
        {
            await RawUpstream.ReadHead(stream);
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(beginning));
            asked.SetResult();
            try
            {
                while (await stream.ReadAsync(new byte[100]).AsTask().WaitAsync(Limits.Generous) > 0)
                {
                }
            }
            catch (IOException)
            {
            }
            ended.SetResult();
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        using (var client = new TcpClient("127.0.0.1", proxy.Port))
        {
            await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await asked.Task.WaitAsync(Limits.Generous);
        }
        await ended.Task.WaitAsync(Limits.Generous);
    }
}
