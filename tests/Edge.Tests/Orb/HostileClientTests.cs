using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Edge.Orb;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Orb;

/// <summary>Bytes that a browser never sends: each is refused or cut off, and the next client is served.</summary>
public sealed class HostileClientTests
{
    private const string Echo = """
        servers {
          [":8080"] {
            routes { new { match = "/evil"; handler = new Respond { status = 200; body = "SMUGGLED" } } }
            handler = new Respond { body = "fine" }
          }
        }
        """;

    private const string Evil = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";

    /// <summary>Each hides `GET /evil` from a server that reads the message another way.</summary>
    [Test]
    [Arguments("TE and CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [Arguments("CL and TE", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n")]
    [Arguments("a CL of zero and TE", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n")]
    [Arguments("TE and CL in an upgrade", "GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [Arguments("two CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 36\r\n\r\n")]
    [Arguments("two CL alike", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n")]
    [Arguments("a list of CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 36\r\n\r\n")]
    [Arguments("a signed CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n")]
    [Arguments("a negative CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -0\r\n\r\n")]
    [Arguments("an empty CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n")]
    [Arguments("a CL in hexadecimal", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x0\r\n\r\n")]
    [Arguments("a CL that overflows", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n")]
    [Arguments("a CL of many zeros", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0000000000000000000000000\r\n\r\n")]
    [Arguments("an unknown TE", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [Arguments("TE not last", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [Arguments("two TE", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [Arguments("chunked twice", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [Arguments("a list of TE", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [Arguments("TE with a vertical tab", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n")]
    [Arguments("TE in 1.0", "POST / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [Arguments("a space before the colon", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [Arguments("bare LF in the head", "GET / HTTP/1.1\nHost: x\n\n")]
    [Arguments("bare LF after the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n")]
    [Arguments("bare LF after a field", "GET / HTTP/1.1\r\nHost: x\n\r\n")]
    [Arguments("bare LF at the end of the head", "GET / HTTP/1.1\r\nHost: x\r\n\n")]
    [Arguments("bare LF in a field", "GET / HTTP/1.1\r\nHost: x\r\nX: a\nContent-Length: 0\r\n\r\n")]
    [Arguments("bare CR in a field", "GET / HTTP/1.1\r\nHost: x\r\nX: a\rY: b\r\n\r\n")]
    [Arguments("obs-fold", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n")]
    [Arguments("obs-fold by a tab", "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n")]
    [Arguments("obs-fold before the first field", "GET / HTTP/1.1\r\n X: a\r\nHost: x\r\n\r\n")]
    [Arguments("two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")]
    [Arguments("no host", "GET / HTTP/1.1\r\n\r\n")]
    [Arguments("another host in the target", "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("NUL in a field", "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n")]
    [Arguments("NUL in the target", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("a space in the target", "GET / /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("a field without a name", "GET / HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n")]
    [Arguments("a field without a colon", "GET / HTTP/1.1\r\nHost: x\r\nX\r\n\r\n")]
    public async Task A_head_that_can_be_read_in_two_ways_is_refused_and_the_connection_ends(string shape, string request)
    {
        await using var orb = await OrbRun.Start(Echo);
        var response = await orb.Raw(request + Evil);
        await Assert.That(response).StartsWith("HTTP/1.1 400 ").Because(shape);
        await Assert.That(response).Contains("Connection: close").Because(shape);
        await Assert.That(Regex.Count(response, "HTTP/1.1 ")).IsEqualTo(1).Because(shape);
        await orb.AssertServes();
    }

    /// <summary>A handler that does not read the body has answered before its fault is found; what follows is no request either way.</summary>
    [Test]
    [Arguments("bare LF in a chunk extension", "2;\nxx\r\n4c\r\n0\r\n\r\n")]
    [Arguments("bare CR in a chunk extension", "2;\rxx\r\n0\r\n\r\n")]
    [Arguments("bare LF after a chunk size", "1\nx\r\n0\r\n\r\n")]
    [Arguments("bare LF after a chunk", "1\r\nx\n0\r\n\r\n")]
    [Arguments("a chunk size that overflows", "100000000000000000\r\n")]
    [Arguments("a chunk size that turns negative", "80000000\r\n")]
    [Arguments("a chunk size with 0x", "0x0\r\n\r\n")]
    [Arguments("a signed chunk size", "+0\r\n\r\n")]
    [Arguments("a space before a chunk size", " 0\r\n\r\n")]
    [Arguments("an underscore in a chunk size", "0_0\r\n\r\n")]
    [Arguments("an empty chunk size", "\r\n\r\n")]
    [Arguments("a chunk longer than said", "1\r\nx")]
    [Arguments("bare LF in a trailer", "0\r\nX: a\nY: b\r\n\r\n")]
    [Arguments("obs-fold in a trailer", "0\r\nX: a\r\n b\r\n\r\n")]
    public async Task A_body_that_can_be_read_in_two_ways_is_refused_where_it_is_read_and_ends_the_connection(string shape, string body)
    {
        const string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        await using var orb = await OrbRun.Start(Echo);
        await using var proxy = await OrbRun.Start($$"""servers { [":8080"] { handler = new ReverseProxy { upstreams { "{{orb.Address}}" } } } }""");
        var refused = await proxy.Raw(head + body + Evil);
        await Assert.That(refused).StartsWith("HTTP/1.1 400 ").Because(shape);
        await Assert.That(Regex.Count(refused, "HTTP/1.1 ")).IsEqualTo(1).Because(shape);
        var unread = await orb.Raw(head + body + Evil);
        await Assert.That(unread).DoesNotContain("SMUGGLED").Because(shape);
        await Assert.That(Regex.Count(unread, "HTTP/1.1 ")).IsEqualTo(1).Because(shape);
        await orb.AssertServes();
    }

    [Test]
    public async Task Bytes_outside_of_ascii_in_a_field_reach_the_upstream_as_they_came()
    {
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        await using var proxy = await OrbRun.Start($$"""servers { [":8080"] { handler = new ReverseProxy { upstreams { "{{upstream.LocalEndpoint}}" } } } }""");
        var answer = proxy.Raw("GET / HTTP/1.1\r\nHost: x\r\nX-Name: caf\u00e9 \u00c3\u00a9\u00ff\r\nConnection: close\r\n\r\n");
        using var socket = await upstream.AcceptTcpClientAsync();
        var stream = socket.GetStream();
        var head = await RawUpstream.ReadHead(stream);
        await Assert.That(head).Contains("X-Name: caf\u00e9 \u00c3\u00a9\u00ff\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nX-Name: caf\u00e9\u00ff\r\nContent-Length: 0\r\n\r\n"));
        await Assert.That(await answer).Contains("X-Name: caf\u00e9\u00ff\r\n");
    }

    [Test]
    public async Task Identity_in_the_trailers_of_a_request_does_not_reach_the_upstream()
    {
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        await using var proxy = await OrbRun.Start($$"""servers { [":8080"] { handler = new ReverseProxy { upstreams { "{{upstream.LocalEndpoint}}" } } } }""");
        var answer = proxy.Raw("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: Tailscale-User-Login\r\nConnection: close\r\n\r\n1\r\nx\r\n0\r\nTailscale-User-Login: admin@example.com\r\nTailscale_User_Name: admin\r\n\r\n");
        using var socket = await upstream.AcceptTcpClientAsync();
        var stream = socket.GetStream();
        var request = "";
        while (!request.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
            request += await ReadSome(stream);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        await Assert.That(await answer).StartsWith("HTTP/1.1 200 ");
        await Assert.That(request).DoesNotContain("admin");
        await Assert.That(request.ToUpperInvariant()).DoesNotContain("TAILSCALE");
    }

    [Test]
    public async Task A_chunk_extension_is_ignored()
    {
        await using var orb = await OrbRun.Start(Echo);
        var response = await orb.Raw("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\n\r\n");
        await Assert.That(response).StartsWith("HTTP/1.1 200");
    }

    [Test]
    [Arguments("Tailscale-User-Login")]
    [Arguments("tailscale-user-login")]
    [Arguments("TAILSCALE-USER-NAME")]
    [Arguments("Tailscale-User-Profile-Pic")]
    [Arguments("Tailscale-Headers-Info")]
    [Arguments("Tailscale-Funnel-Request")]
    [Arguments("Tailscale_User_Login")]
    [Arguments("tailscale_user-Login")]
    [Arguments("Tailscale-User_Login")]
    public async Task Identity_that_a_client_claims_is_removed_before_anything_else_on_every_listener(string name)
    {
        using var folder = new Cli.TemporaryFolder();
        await using var orb = await OrbRun.Start($$"""
            local leak = new Listing<Route> { new { match { headers { ["{{name}}"] = "*" } }; handler = new Respond { body = "LEAK" } } }
            servers {
              [":8080"] { routes = leak; handler = new Respond { body = "clean" } }
              ["a.test"] { routes = leak; handler = new Respond { body = "clean" } }
            }
            """);
        foreach (var (listener, version) in new[] { (0, HttpVersion.Version11), (0, HttpVersion.Version20), (1, HttpVersion.Version11), (1, HttpVersion.Version20) })
        {
            using var client = orb.Client(listener, version);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "a.test" } };
            request.Headers.TryAddWithoutValidation(name, "admin@example.com");
            using var response = await client.SendAsync(request);
            await Assert.That(await response.Content.ReadAsStringAsync()).IsEqualTo("clean");
        }
    }

    [Test]
    public async Task Identity_that_a_client_claims_is_removed_on_a_unix_socket_too()
    {
        using var folder = new Cli.TemporaryFolder();
        var path = Path.Combine(folder.Path, "edge.sock");
        await using var orb = await OrbRun.Start($$"""
            servers { ["local"] { listen { "unix:{{path}}" } ; routes { new { match { headers { ["Tailscale_User_Login"] = "*" } } ; handler = new Respond { body = "LEAK" } } } ; handler = new Respond { body = "clean" } } }
            """);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nTailscale_User_Login: admin@example.com\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await Assert.That(await OrbRun.ReadAll(new NetworkStream(socket), limit.Token)).EndsWith("clean");
    }

    [Test]
    public async Task Fields_that_only_begin_alike_stay()
    {
        await using var orb = await OrbRun.Start("""servers { [":8080"] { routes { new { match { headers { ["Tailscaled"] = "1" } }; handler = new Respond { body = "there" } } } } }""");
        await Assert.That(await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nTailscaled: 1\r\nConnection: close\r\n\r\n")).EndsWith("there");
    }

    [Test]
    public async Task A_head_that_is_too_large_is_refused()
    {
        await using var orb = await OrbRun.Start(Echo);
        await Assert.That(await orb.Raw($"GET / HTTP/1.1\r\nHost: x\r\nX: {new string('a', 40_000)}\r\n\r\n")).StartsWith("HTTP/1.1 431");
        await Assert.That(await orb.Raw($"GET / HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 101).Select(i => $"X{i}: a\r\n"))}\r\n")).StartsWith("HTTP/1.1 431");
        await Assert.That(await orb.Raw($"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: x\r\n\r\n")).StartsWith("HTTP/1.1 414");
        await orb.AssertServes();
    }

    /// <summary>Slow in the first byte, in the head, in the body: each holds a connection for as long as the limits say and no longer.</summary>
    [Test]
    [Arguments("")]
    [Arguments("P")]
    [Arguments("GET / HTTP/1.1\r\nHost: x\r\nX:")]
    public async Task A_client_that_stops_talking_is_cut_off(string request)
    {
        await using var orb = await OrbRun.Start(Echo, OrbLimits.Default with { HeadersTimeout = TimeSpan.FromSeconds(1), IdleTimeout = TimeSpan.FromSeconds(1), Draining = TimeSpan.Zero });
        var response = await orb.Raw(request);
        await Assert.That(response is "" || response.StartsWith("HTTP/1.1 408", StringComparison.Ordinal)).IsTrue();
        await orb.AssertServes();
    }

    [Test]
    public async Task A_body_that_trickles_is_cut_off_while_something_reads_it()
    {
        using var folder = new Cli.TemporaryFolder();
        await using var upstream = await OrbRun.Start(Echo);
        await using var orb = await OrbRun.Start(
            $$"""servers { [":8080"] { handler = new ReverseProxy { upstreams { "{{upstream.Address}}" } } } }""",
            OrbLimits.Default with { SlowBodyGrace = TimeSpan.FromSeconds(1.5), Draining = TimeSpan.Zero });
        var response = await orb.Raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc");
        await Assert.That(response is "" || response.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || response.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)).IsTrue();
    }

    private static async Task<string> ReadSome(NetworkStream stream)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var buffer = new byte[4096];
        var length = await stream.ReadAsync(buffer, limit.Token);
        return length > 0 ? Encoding.Latin1.GetString(buffer, 0, length) : throw new IOException("the proxy hung up");
    }
}
