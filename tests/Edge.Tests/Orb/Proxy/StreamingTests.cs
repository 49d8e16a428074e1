using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Edge.Tests.Image;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Edge.Tests.Orb.Proxy;

/// <summary>Bodies that flow, in both directions, and protocols that take a connection over.</summary>
public sealed class StreamingTests
{
    [Test]
    public async Task A_piece_of_a_response_arrives_before_the_next_is_written()
    {
        var next = new SemaphoreSlim(0);
        await using var upstream = await WebServer.Start(async context =>
        {
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
                await next.WaitAsync(Limits.Generous);
            }
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        await using var stream = await proxy.Client.GetStreamAsync("/");
        using var reader = new StreamReader(stream);
        for (var i = 0; i < 3; i++)
        {
            await Assert.That(await reader.ReadLineAsync()).IsEqualTo($"data: {i}");
            await reader.ReadLineAsync();
            next.Release();
        }
        await Assert.That(await reader.ReadToEndAsync()).IsEqualTo("");
    }

    [Test]
    public async Task Both_directions_flow_at_once_over_http2()
    {
        await using var upstream = await WebServer.Start(async context =>
        {
            await context.Response.StartAsync();
            await context.Response.Body.FlushAsync();
            await context.Request.Body.CopyToAsync(context.Response.Body);
        }, HttpProtocols.Http2);
        await using var proxy = await ProxyServer.Start(ProxyServer.To($"h2c://127.0.0.1:{upstream.Port}"), protocols: HttpProtocols.Http2);
        var words = new PushContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/")
        {
            Content = words,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await proxy.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var answer = await response.Content.ReadAsStreamAsync();
        foreach (var word in new[] { "one", "two", "three" })
        {
            await words.Write(word);
            var bytes = new byte[word.Length];
            await answer.ReadExactlyAsync(bytes).AsTask().WaitAsync(Limits.Generous);
            await Assert.That(Encoding.ASCII.GetString(bytes)).IsEqualTo(word);
        }
        words.End();
        await Assert.That(await answer.ReadAsync(new byte[1])).IsEqualTo(0);
    }

    [Test]
    public async Task A_body_that_nobody_reads_is_not_drawn_from_the_upstream()
    {
        const long Length = 1L << 40;
        long written = 0;
        await using var upstream = await WebServer.Start(async context =>
        {
            if (context.Request.Path == "/short") return;
            context.Response.ContentLength = Length;
            var chunk = new byte[65536];
            try
            {
                while (true)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                    Interlocked.Add(ref written, chunk.Length);
                }
            }
            catch (OperationCanceledException)
            {
            }
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        using (await proxy.Client.GetAsync("/long", HttpCompletionOption.ResponseHeadersRead))
        {
            // The flow has stopped when it stands still while the proxy answers other requests.
            for (long before = -1, now = 0; before != now || now == 0; before = now, now = Interlocked.Read(ref written))
                for (var i = 0; i < 20; i++)
                    await proxy.Client.GetStringAsync("/short");
        }
        // The kernel's buffers of two connections and those of both servers: megabytes, not the terabyte.
        await Assert.That(Interlocked.Read(ref written)).IsLessThan(1L << 30);
    }

    [Test]
    public async Task A_big_body_arrives_whole_in_both_directions()
    {
        await using var upstream = await WebServer.Start(async context =>
        {
            using var all = new MemoryStream();
            await context.Request.Body.CopyToAsync(all);
            await context.Response.Body.WriteAsync(all.GetBuffer().AsMemory(0, (int)all.Length));
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        var bytes = new byte[20_000_000];
        new Random(1).NextBytes(bytes);
        foreach (var isChunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/") { Content = new ByteArrayContent(bytes) };
            request.Headers.TransferEncodingChunked = isChunked;
            using var response = await proxy.Client.SendAsync(request);
            await Assert.That((await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(bytes)).IsTrue();
        }
    }

    [Test]
    public async Task A_body_that_waits_for_continue_is_not_asked_for_when_the_upstream_refuses()
    {
        var asked = new TaskCompletionSource<string>();
        await using var upstream = new RawUpstream(async stream =>
        {
            asked.SetResult(await RawUpstream.ReadHead(stream));
            await stream.WriteAsync("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        using var client = new TcpClient("127.0.0.1", proxy.Port);
        await client.GetStream().WriteAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());
        await Assert.That(await asked.Task.WaitAsync(Limits.Generous)).Contains("Expect: 100-continue");
        // The refusal comes instead of the 100: the body was never sent.
        await Assert.That(await RawUpstream.ReadHead(client.GetStream())).StartsWith("HTTP/1.1 417 ");
    }

    [Test]
    public async Task A_web_socket_passes_messages_both_ways_and_its_close()
    {
        await using var upstream = await WebServer.Start(EchoSocket);
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("chat");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{proxy.Port}/socket?x=1"), CancellationToken.None).WaitAsync(Limits.Generous);
        await Assert.That(socket.SubProtocol).IsEqualTo("chat");
        await Converse(socket);
    }

    [Test]
    public async Task A_web_socket_over_http2_reaches_an_upstream_of_http1()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("localhost", DateTimeOffset.UtcNow.AddDays(30));
        await using var upstream = await WebServer.Start(EchoSocket);
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)), protocols: HttpProtocols.Http2, certificate: certificate);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{proxy.Port}/socket"), invoker, CancellationToken.None).WaitAsync(Limits.Generous);
        await Converse(socket);
    }

    [Test]
    public async Task An_upgrade_that_the_upstream_refuses_is_its_answer()
    {
        await using var upstream = await WebServer.Start(context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        await Assert.That(async () => await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{proxy.Port}/"), CancellationToken.None)).Throws<WebSocketException>();
        await Assert.That(socket.HttpStatusCode).IsEqualTo(HttpStatusCode.Forbidden);
    }

    private static async Task Converse(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(Limits.Generous);
        var buffer = new byte[200_000];
        foreach (var size in new[] { 0, 1, 125, 126, 65_536, 150_000 })
        {
            var sent = new byte[size];
            new Random(size).NextBytes(sent);
            await socket.SendAsync(sent, WebSocketMessageType.Binary, endOfMessage: true, limit.Token);
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
                length += received.Count;
            }
            while (!received.EndOfMessage);
            await Assert.That(buffer.AsSpan(0, length).SequenceEqual(sent)).IsTrue();
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", limit.Token);
        await Assert.That(socket.CloseStatusDescription).IsEqualTo("bye");
    }

    /// <summary>Upgrades by hand, so that no middleware of the framework is needed; the framing is the framework's.</summary>
    /// <summary>A server of WebSockets that says all again.</summary>
    internal static async Task EchoSocket(HttpContext context)
    {
        var key = context.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
#pragma warning disable CA5350 // RFC 6455, section 4.2.2 asks for SHA-1.
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes(key)));
#pragma warning restore CA5350
        context.Response.Headers.Upgrade = "websocket";
        if (context.Request.Headers.SecWebSocketProtocol.Count > 0) context.Response.Headers.SecWebSocketProtocol = context.Request.Headers.SecWebSocketProtocol;
        await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        var buffer = new byte[65536];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, socket.CloseStatusDescription, CancellationToken.None);
                return;
            }
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
        }
    }
}
