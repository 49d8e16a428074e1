using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Orb;

/// <summary>Frames that no browser sends, made by hand (RFC 9113).</summary>
public sealed class HostileHttp2Tests
{
    /// <summary>A field that HTTP/1.1 could not carry, or would read as the end of one message and the beginning of another.</summary>
    [Test]
    [Arguments("x-a", "b\r\nGET /evil HTTP/1.1")]
    [Arguments("x-a", "b\nX-Evil: 1")]
    [Arguments("x-a", "b\0c")]
    [Arguments("x-a\r\nx-evil", "1")]
    [Arguments("x-a: 1\r\nx-evil", "1")]
    [Arguments("x a", "1")]
    [Arguments("x-a:", "1")]
    [Arguments("X-Upper", "1")]
    [Arguments("", "1")]
    [Arguments("transfer-encoding", "chunked")]
    [Arguments("connection", "upgrade")]
    [Arguments("content-length", "+0")]
    [Arguments("content-length", "5")]
    [Arguments("content-length", "0\r\nTransfer-Encoding: chunked")]
    [Arguments(":path", "/ HTTP/1.1\r\nX-Evil: 1\r\n")]
    [Arguments(":path", "/a b")]
    [Arguments(":path", "/second")]
    [Arguments(":method", "GET / HTTP/1.1\r\nX-Evil:")]
    [Arguments(":authority", "x\r\nX-Evil: 1")]
    [Arguments(":evil", "1")]
    public async Task A_field_that_makes_another_message_of_http1_does_not_reach_the_upstream(string name, string value)
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var orb = await OrbRun.Start($$"""servers { [":8080"] { handler = new ReverseProxy { upstreams { "127.0.0.1:{{upstream.Port}}" } } } }""");
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(orb.Address, limit.Token);
        var stream = client.GetStream();
        var fields = new List<(string Name, string Value)> { (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "x") };
        // A pseudo-field of the request is replaced; `/second` is a second one.
        if (value != "/second")
            fields.RemoveAll(field => field.Name == name);
        fields.Add((name, value));
        await stream.WriteAsync(Begin([.. fields.SelectMany(field => Literal(field.Name, field.Value))]), limit.Token);
        // Refused: by a reset of the stream, by the end of the connection, or with a status.
        await ReadUntil(stream, types => types.Any(type => type is 1 or 3 or 7), limit.Token);
        await Assert.That(upstream.Connections).IsEqualTo(0).Because($"{name}: {value}");
    }

    /// <summary>Shows that the test above can fail.</summary>
    [Test]
    public async Task A_request_of_the_same_make_without_fault_reaches_the_upstream()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var orb = await OrbRun.Start($$"""servers { [":8080"] { handler = new ReverseProxy { upstreams { "127.0.0.1:{{upstream.Port}}" } } } }""");
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(orb.Address, limit.Token);
        await client.GetStream().WriteAsync(Begin([.. Literal(":method", "GET"), .. Literal(":scheme", "http"), .. Literal(":path", "/"), .. Literal(":authority", "x"), .. Literal("x-a", "b")]), limit.Token);
        await ReadUntil(client.GetStream(), types => types.Contains(1), limit.Token);
        await Assert.That(upstream.Connections).IsEqualTo(1);
    }

    /// <summary>Each request that is taken back cost a connection to the upstream: the client is told to go before it has made thousands.</summary>
    [Test]
    public async Task A_client_that_takes_back_its_requests_again_and_again_is_sent_away_and_nobody_else_is()
    {
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        await using var orb = await OrbRun.Start($$"""
            servers { [":8080"] { routes { new { match = "/slow"; handler = new ReverseProxy { upstreams { "{{upstream.LocalEndpoint}}" } } } } ; handler = new Respond { body = "fine" } } }
            """);
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(orb.Address, limit.Token);
        var stream = client.GetStream();
        var answer = OrbRun.ReadAll(stream, limit.Token);
        // :method GET, :scheme http from the static table, :path /slow and :authority x as literals (RFC 7541, appendix A).
        byte[] head = [0x82, 0x86, 0x44, 5, (byte)'/', (byte)'s', (byte)'l', (byte)'o', (byte)'w', 0x41, 1, (byte)'x'];
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), limit.Token);
        var frames = new MemoryStream();
        Frame(frames, type: 4, flags: 0, id: 0, []);
        try
        {
            for (var id = 1; !answer.IsCompleted; id += 2)
            {
                Frame(frames, type: 1, flags: 5, id, head);
                Frame(frames, type: 3, flags: 0, id, [0, 0, 0, 8]);
                await stream.WriteAsync(frames.ToArray(), limit.Token);
                frames.SetLength(0);
            }
        }
        catch (IOException)
        {
            // Cut off while writing is an answer too.
        }
        await answer;
        // Whether the frame reaches a client that goes on writing is up to TCP: what it had not read yet is lost with the reset that follows.
        await Assert.That(orb.Log.Text).Contains("sending GOAWAY frame");
        await orb.AssertServes();
    }

    /// <summary>Slowly, so that the server's queues never fill: it counts them.</summary>
    [Test]
    [Arguments(20, false)]
    [Arguments(250, true)]
    public async Task A_client_that_takes_back_a_few_requests_stays_and_one_that_does_little_else_is_sent_away(int count, bool isSentAway)
    {
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        await using var orb = await OrbRun.Start($$"""
            servers { [":8080"] { routes { new { match = "/slow"; handler = new ReverseProxy { upstreams { "{{upstream.LocalEndpoint}}" } } } } ; handler = new Respond { body = "fine" } } }
            """);
        using var client = orb.Client(version: HttpVersion.Version20);
        for (var i = 0; i < count; i++)
        {
            using var taken = new CancellationTokenSource(OrbRun.Limit);
            using var ended = new CancellationTokenSource();
            var request = client.GetAsync("/slow", taken.Token);
            var accept = upstream.AcceptTcpClientAsync(ended.Token).AsTask();
            if (await Task.WhenAny(accept, request) == request)
            {
                // Sent away: the request was on its way over the connection that ended.
                await ended.CancelAsync();
                await Assert.That(async () => await request).Throws<HttpRequestException>();
                break;
            }
            using var asked = await accept;
            await RawUpstream.ReadHead(asked.GetStream());
            await taken.CancelAsync();
            await Assert.That(async () => await request).Throws<OperationCanceledException>();
            // The proxy hangs up when it has heard of it.
            await OrbRun.ReadAll(asked.GetStream(), CancellationToken.None);
        }
        await Assert.That(await EdgeProcess.Get(client)).IsEqualTo("fine");
        await Assert.That(orb.Log.Text.Contains("its client took back most of its requests", StringComparison.Ordinal)).IsEqualTo(isSentAway);
    }

    /// <summary>The preface, settings, and a request's head that ends its stream.</summary>
    private static byte[] Begin(byte[] head)
    {
        var frames = new MemoryStream();
        frames.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Frame(frames, type: 4, flags: 0, id: 0, []);
        Frame(frames, type: 1, flags: 5, id: 1, head);
        return frames.ToArray();
    }

    /// <summary>RFC 7541, section 6.2.2: a literal field without indexing, with a new name, neither in Huffman's code.</summary>
    private static byte[] Literal(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.Latin1.GetBytes(name), (byte)value.Length, .. Encoding.Latin1.GetBytes(value)];

    /// <summary>Reads until the types of the frames so far are enough, or the server closes.</summary>
    private static async Task ReadUntil(NetworkStream stream, Predicate<List<byte>> isEnough, CancellationToken cancellation)
    {
        var types = new List<byte>();
        var header = new byte[9];
        try
        {
            while (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellation) == header.Length)
            {
                types.Add(header[3]);
                if (isEnough(types))
                    return;
                await stream.ReadExactlyAsync(new byte[header[0] << 16 | header[1] << 8 | header[2]], cancellation);
            }
        }
        catch (IOException)
        {
            // Reset is an answer too.
        }
    }

    /// <summary>RFC 9113, section 4.1: length (24), type, flags, stream (31).</summary>
    private static void Frame(MemoryStream output, byte type, byte flags, int id, ReadOnlySpan<byte> payload)
    {
        output.Write([0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id]);
        output.Write(payload);
    }
}
