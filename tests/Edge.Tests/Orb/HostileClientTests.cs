using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Orb;

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

    /// <summary>Each hides `GET /evil` from a server that reads the message another way.</summary>
    [Test]
    [Skip("Open: several of these shapes are still answered instead of refused")]
    [Arguments("TE and CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("CL and TE", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("two CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 36\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("a list of CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 36\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("a signed CL", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("an unknown TE", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("TE not last", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("two TE", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("TE in 1.0", "POST / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("a space before the colon", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("bare LF in the head", "GET / HTTP/1.1\nHost: x\n\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("bare LF in a field", "GET / HTTP/1.1\r\nHost: x\r\nX: a\nContent-Length: 0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("bare CR in a field", "GET / HTTP/1.1\r\nHost: x\r\nX: a\rY: b\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("obs-fold", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("obs-fold before the first field", "GET / HTTP/1.1\r\n X: a\r\nHost: x\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("bare LF in a chunk extension", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;\nxx\r\n4c\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("bare LF after a chunk size", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("a chunk size that overflows", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100000000000000000\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("a chunk size with 0x", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("a chunk longer than said", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("no host", "GET / HTTP/1.1\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("NUL in a field", "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [Arguments("a space in the target", "GET / /evil HTTP/1.1\r\nHost: x\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task A_message_that_can_be_read_in_two_ways_is_refused_and_the_connection_ends(string shape, string request)
    {
        await using var orb = await OrbRun.Start(Echo);
        var response = await orb.Raw(request);
        await Assert.That(response).DoesNotContain("SMUGGLED").Because(shape);
        await Assert.That(response).StartsWith("HTTP/1.1 4").Because(shape);
        await AssertServes(orb);
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
        await AssertServes(orb);
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
        await AssertServes(orb);
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

    [Test]
    [Skip("Open: no GOAWAY was seen after a thousand resets")]
    public async Task A_stream_that_is_reset_again_and_again_ends_the_connection_and_nobody_elses()
    {
        await using var orb = await OrbRun.Start(Echo);
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(orb.Address, limit.Token);
        var stream = client.GetStream();
        var frames = new MemoryStream();
        frames.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Frame(frames, type: 4, flags: 0, id: 0, []);
        // :method GET, :scheme http, :path / from the static table, and :authority x as a literal (RFC 7541, appendix A).
        byte[] head = [0x82, 0x86, 0x84, 0x41, 1, (byte)'x'];
        for (var id = 1; id < 4001; id += 2)
        {
            Frame(frames, type: 1, flags: 5, id, head);
            Frame(frames, type: 3, flags: 0, id, [0, 0, 0, 8]);
        }
        try
        {
            await stream.WriteAsync(frames.ToArray(), limit.Token);
        }
        catch (IOException)
        {
            // Cut off while writing is an answer too.
        }
        var answer = Encoding.Latin1.GetBytes(await OrbRun.ReadAll(stream, limit.Token));
        await Assert.That(Types(answer)).Contains(7);
        await AssertServes(orb);
    }

    /// <summary>RFC 9113, section 4.1: length (24), type, flags, stream (31).</summary>
    private static void Frame(MemoryStream output, byte type, byte flags, int id, ReadOnlySpan<byte> payload)
    {
        output.Write([0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id]);
        output.Write(payload);
    }

    private static List<int> Types(byte[] frames)
    {
        List<int> types = [];
        for (var at = 0; at + 9 <= frames.Length; at += 9 + (frames[at] << 16 | frames[at + 1] << 8 | frames[at + 2]))
            types.Add(frames[at + 3]);
        return types;
    }

    private static async Task AssertServes(OrbRun orb)
    {
        using var client = orb.Client();
        await Assert.That(await client.GetStringAsync("/")).IsEqualTo("fine");
    }
}
