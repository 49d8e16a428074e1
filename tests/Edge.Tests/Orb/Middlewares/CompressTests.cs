using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Edge.Tests.Cli;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Orb.Middlewares;

public sealed class CompressTests
{
    private static readonly string s_text = string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i} of many\n"));

    [Test]
    [Arguments("gzip", "gzip")]
    [Arguments("br", "br")]
    [Arguments("gzip, deflate, br", "br")]
    [Arguments("gzip;q=1.0, br;q=0.5", "gzip")]
    [Arguments("br;q=0, gzip", "gzip")]
    [Arguments("GZIP", "gzip")]
    [Arguments("*", "br")]
    [Arguments("br;q=0, *;q=0.1", "gzip")]
    [Arguments("*;q=0", null)]
    [Arguments("identity", null)]
    [Arguments("identity;q=1, gzip;q=0.5", null)]
    [Arguments("identity;q=0.5, gzip;q=0.5", "gzip")]
    [Arguments("deflate, zstd", null)]
    [Arguments("gzip;q=nonsense", null)]
    [Arguments(null, null)]
    public async Task The_client_gets_what_it_likes_best_and_caches_learn_that_it_chose(string? accepted, string? expected)
    {
        await using var orb = await Respond("text/plain");
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = orb.Client(version: version);
            using var response = await Get(client, "/", accepted);
            await Assert.That(string.Join(',', response.Content.Headers.ContentEncoding)).IsEqualTo(expected ?? "");
            await Assert.That(response.Headers.Vary).Contains("Accept-Encoding");
            var bytes = await response.Content.ReadAsByteArrayAsync();
            await Assert.That(Encoding.UTF8.GetString(Decoded(bytes, expected))).IsEqualTo(s_text);
            if (expected is not null)
                await Assert.That(bytes.Length).IsLessThan(s_text.Length / 2);
        }
    }

    [Test]
    [Arguments("the type", """body = text; headers { ["Content-Type"] = "image/png" }""")]
    [Arguments("too small", """body = "short"; headers { ["Content-Type"] = "text/plain" }""")]
    [Arguments("no-transform", """body = text; headers { ["Cache-Control"] = "public, No-Transform" }""")]
    [Arguments("encoded already", """body = text; headers { ["Content-Encoding"] = "zstd" }""")]
    [Arguments("a part", """status = 206; body = text; headers { ["Content-Range"] = "bytes 0-9/20" }""")]
    [Arguments("no type", """status = 204""")]
    public async Task What_must_stay_as_it_is_does(string why, string respond)
    {
        await using var orb = await OrbRun.Start($"local text = \"{new string('a', 5000)}\"\n" + Echo.Around("new Compress {}", $"handler = new Respond {{ {respond} }}"));
        using var client = orb.Client();
        using var response = await Get(client, "/", "br, gzip");
        await Assert.That(response.Content.Headers.ContentEncoding.Except(["zstd"])).IsEmpty().Because(why);
        await Assert.That(response.Headers.Vary).IsEmpty().Because(why);
        await Assert.That(Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync())).IsEqualTo(respond.Contains("body = text", StringComparison.Ordinal) ? new string('a', 5000) : respond.Contains("short", StringComparison.Ordinal) ? "short" : "");
    }

    [Test]
    [Arguments("application/ld+json", true)]
    [Arguments("Image/SVG+XML; charset=utf-8", true)]
    [Arguments("application/octet-stream", false)]
    [Arguments("application/grpc", false)]
    public async Task Types_are_matched_without_their_parameters(string type, bool isCompressed)
    {
        await using var orb = await Respond(type);
        using var client = orb.Client();
        using var response = await Get(client, "/", "gzip");
        await Assert.That(response.Content.Headers.ContentEncoding.Count).IsEqualTo(isCompressed ? 1 : 0);
    }

    [Test]
    public async Task Types_algorithms_and_size_are_the_configurations()
    {
        await using var orb = await OrbRun.Start(Echo.Around("""new Compress { algorithms { "gzip"; "br" } level = "smallest"; minSize = 0.b; types { "image/*" } }""",
            """handler = new Respond { body = "tiny"; headers { ["Content-Type"] = "image/bmp" } }"""));
        using var client = orb.Client();
        using var response = await Get(client, "/", "br, gzip");
        await Assert.That(Encoding.UTF8.GetString(Decoded(await response.Content.ReadAsByteArrayAsync(), "gzip"))).IsEqualTo("tiny");
    }

    /// <summary>A compressed file is another representation: its tag is weak, it has no ranges, and a revalidation of it succeeds.</summary>
    [Test]
    public async Task Tags_ranges_head_and_conditions_are_those_of_what_is_sent()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", Encoding.UTF8.GetBytes(s_text));
        await using var orb = await OrbRun.Start(Echo.Around("new Compress {}", $$"""handler = new StaticFiles { root = "{{folder.Path}}" }"""));
        using var client = orb.Client();
        using var plain = await Get(client, "/a.txt", null);
        using var compressed = await Get(client, "/a.txt", "gzip");
        await Assert.That(plain.Headers.ETag!.IsWeak).IsFalse();
        await Assert.That(compressed.Headers.ETag!.ToString()).IsEqualTo("W/" + plain.Headers.ETag);
        await Assert.That((plain.Headers.AcceptRanges.Count, compressed.Headers.AcceptRanges.Count)).IsEqualTo((1, 0));

        using var head = await Get(client, "/a.txt", "gzip", HttpMethod.Head);
        await Assert.That((head.Headers.ETag, string.Join(',', head.Content.Headers.ContentEncoding), head.Content.Headers.ContentLength)).IsEqualTo((compressed.Headers.ETag, "gzip", null));

        using var again = await Get(client, "/a.txt", "gzip", fields: ("If-None-Match", compressed.Headers.ETag.ToString()));
        await Assert.That((again.StatusCode, again.Headers.ETag)).IsEqualTo((HttpStatusCode.NotModified, compressed.Headers.ETag));
        using var plainAgain = await Get(client, "/a.txt", "gzip", fields: ("If-None-Match", plain.Headers.ETag.ToString()));
        await Assert.That((plainAgain.StatusCode, plainAgain.Headers.ETag)).IsEqualTo((HttpStatusCode.NotModified, plain.Headers.ETag));

        using var part = await Get(client, "/a.txt", "gzip", fields: ("Range", "bytes=5-9"));
        await Assert.That((part.StatusCode, part.Content.Headers.ContentEncoding.Count, await part.Content.ReadAsStringAsync())).IsEqualTo((HttpStatusCode.PartialContent, 0, s_text[5..10]));
        using var stale = await Get(client, "/a.txt", "gzip", fields: [("Range", "bytes=5-9"), ("If-Range", compressed.Headers.ETag.ToString())]);
        await Assert.That((stale.StatusCode, string.Join(',', stale.Content.Headers.ContentEncoding))).IsEqualTo((HttpStatusCode.OK, "gzip"));
    }

    [Test]
    [Arguments("gzip", "fastest")]
    [Arguments("br", "fastest")]
    [Arguments("gzip", "optimal")]
    [Arguments("br", "optimal")]
    public async Task Large_files_and_proxied_bodies_come_out_as_they_went_in(string encoding, string level)
    {
        using var folder = new TemporaryFolder();
        // Half noise, half text: what the encoders store and what they find again.
        var bytes = RandomNumberGenerator.GetBytes(4_000_003);
        for (var i = 0; i < bytes.Length / 2; i++)
            bytes[i] = (byte)s_text[i % s_text.Length];
        folder.Write("large.txt", bytes);
        folder.Write("proxied.txt", bytes);
        await using var upstream = await OrbRun.Start($$"""servers { [":8080"] { handler = new StaticFiles { root = "{{folder.Path}}" } } }""");
        await using var orb = await OrbRun.Start(Echo.Around($"new Compress {{ level = \"{level}\" }}", $$"""
            routes { new { match = "/large.txt"; handler = new StaticFiles { root = "{{folder.Path}}" } } }
            handler = new ReverseProxy { upstreams { "{{upstream.Address}}" } }
            """));
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = orb.Client(version: version);
            foreach (var path in new[] { "/large.txt", "/proxied.txt" })
            {
                using var response = await Get(client, path, encoding);
                await Assert.That(string.Join(',', response.Content.Headers.ContentEncoding)).IsEqualTo(encoding);
                await Assert.That(Decoded(await response.Content.ReadAsByteArrayAsync(), encoding).AsSpan().SequenceEqual(bytes)).IsTrue();
            }
        }
    }

    [Test]
    [Arguments("gzip")]
    [Arguments("br")]
    public async Task A_stream_goes_on_streaming(string encoding)
    {
        var received = new SemaphoreSlim(0);
        await using var upstream = new RawUpstream(async stream =>
        {
            await RawUpstream.ReadHead(stream);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
            for (var i = 0; i < 3; i++)
            {
                await stream.WriteAsync("9\r\ndata: 1\n\n\r\n"u8.ToArray());
                // The next one is sent when this one was read at the other end.
                await received.WaitAsync(OrbRun.Limit);
            }
            await stream.WriteAsync("0\r\n\r\n"u8.ToArray());
        });
        await using var orb = await OrbRun.Start(Echo.Around("new Compress {}", Echo.Handler(upstream)));
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = orb.Client(version: version);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var decoded = Decoder(await response.Content.ReadAsStreamAsync(), encoding);
            var buffer = new byte[100];
            for (var i = 0; i < 3; i++)
            {
                await decoded.ReadExactlyAsync(buffer.AsMemory(0, 9)).AsTask().WaitAsync(OrbRun.Limit);
                await Assert.That(Encoding.ASCII.GetString(buffer, 0, 9)).IsEqualTo("data: 1\n\n");
                received.Release();
            }
            await Assert.That(await decoded.ReadAsync(buffer).AsTask().WaitAsync(OrbRun.Limit)).IsEqualTo(0);
        }
    }

    [Test]
    public async Task A_body_that_breaks_off_is_not_given_an_end()
    {
        await using var upstream = RawUpstream.Answering($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n{s_text}");
        await using var orb = await OrbRun.Start(Echo.Around("new Compress {}", Echo.Handler(upstream)));
        using var client = orb.Client();
        await Assert.That(async () =>
        {
            using var response = await Get(client, "/", "gzip");
            await response.Content.ReadAsByteArrayAsync();
        }).Throws<HttpRequestException>();
    }

    private static Task<OrbRun> Respond(string type) =>
        OrbRun.Start(Echo.Around("new Compress {}", $$"""handler = new Respond { body = "{{s_text.Replace("\n", "\\n", StringComparison.Ordinal)}}"; headers { ["Content-Type"] = "{{type}}" } }"""));

    private static Task<HttpResponseMessage> Get(HttpClient client, string path, string? accepted, HttpMethod? method = null, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path) { Version = client.DefaultRequestVersion, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (accepted is not null)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        foreach (var (name, value) in fields)
            request.Headers.TryAddWithoutValidation(name, value);
        return client.SendAsync(request);
    }

    private static byte[] Decoded(byte[] bytes, string? encoding)
    {
        var output = new MemoryStream();
        using var decoder = Decoder(new MemoryStream(bytes), encoding);
        decoder.CopyTo(output);
        return output.ToArray();
    }

    private static Stream Decoder(Stream stream, string? encoding) => encoding switch
    {
        "br" => new BrotliStream(stream, CompressionMode.Decompress),
        "gzip" => new GZipStream(stream, CompressionMode.Decompress),
        _ => stream,
    };
}
