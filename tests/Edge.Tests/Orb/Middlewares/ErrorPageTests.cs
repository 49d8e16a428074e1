using System.Net;
using Edge.Foundation.Configuration;
using Edge.Orb;
using Edge.Orb.Middlewares;
using Edge.Tests.Cli;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Orb.Middlewares;

public sealed class ErrorPageTests
{
    [Test]
    public async Task A_status_without_a_body_gets_the_page_and_a_body_stays()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nETag: \"a\"\r\nConnection: close\r\n\r\n");
        await using var chunked = RawUpstream.Answering("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nown\r\n0\r\n\r\n");
        await using var orb = await OrbRun.Start($$"""
            servers { [":8080"] {
              middleware { new ErrorPage { body = "<p>{status} {reason}" } }
              routes {
                new { match = "/own"; handler = new Respond { status = 404; body = "own" } }
                new { match = "/up"; {{Echo.Handler(upstream)}} }
                new { match = "/chunked"; {{Echo.Handler(chunked)}} }
                new { match = "/down"; handler = new ReverseProxy { upstreams { "127.0.0.1:{{RawUpstream.ClosedPort()}}" } } }
                new { match = "/ok"; handler = 204 }
              }
              handler = 418
            } }
            """);
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = orb.Client(version: version);
            foreach (var (path, status, body) in new[] { ("/", 418, "<p>418 I'm a teapot"), ("/own", 404, "own"), ("/up", 404, "<p>404 Not Found"), ("/chunked", 404, "own"), ("/down", 502, "<p>502 Bad Gateway"), ("/ok", 204, "") })
            {
                using var response = await client.GetAsync(path);
                await Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync())).IsEqualTo((status, body));
                if (path == "/up")
                    await Assert.That(response.Headers.ETag is null && response.Content.Headers.ContentType!.ToString() == "text/html; charset=utf-8").IsTrue();
            }
            using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/") { Version = version });
            await Assert.That((head.Content.Headers.ContentLength, (await head.Content.ReadAsByteArrayAsync()).Length)).IsEqualTo((19L, 0));
        }
    }

    [Test]
    public async Task A_file_is_the_page_of_the_statuses_that_are_listed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("gone.txt", "gone {status}"u8);
        await using var orb = await OrbRun.Start("""
            servers { [":8080"] {
              middleware { new ErrorPage { statuses { 503 } file = "gone.txt"; contentType = "text/plain" } }
              routes { new { match = "/gone"; handler = 503 } }
            } }
            """, folder: folder);
        await Assert.That(await orb.Raw("GET /gone HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).Contains("Content-Type: text/plain\r\n").And.EndsWith("\r\n\r\ngone {status}");
        await Assert.That(await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).StartsWith("HTTP/1.1 404 ").And.EndsWith("\r\n\r\n");
    }

    /// <summary>The server's own words for a failure are a status; the page is put where they begin.</summary>
    [Test]
    public async Task A_failure_inside_the_server_gets_the_page_too()
    {
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            RequestDelegateUnderTest? run = null;
            await using var server = await WebServer.Start(
                async context =>
                {
                    try
                    {
                        await run!(context);
                    }
                    catch (InvalidOperationException)
                    {
                        context.Response.Headers.Clear();
                        context.Response.StatusCode = 500;
                    }
                },
                version == HttpVersion.Version11 ? Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1 : Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2);
            var page = ErrorPageMiddleware.Compile(new ErrorPage { Body = "{status} {reason}" }, null!, static _ => throw new InvalidOperationException("a secret"));
            run = context => page(context);
            using var handler = OrbRun.Handler();
            using var client = new HttpClient(handler) { Timeout = OrbRun.Limit, DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await client.GetAsync(server.Url);
            await Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync())).IsEqualTo((500, "500 Internal Server Error"));
        }
    }

    [Test]
    public async Task A_page_that_is_not_there_is_named_at_start()
    {
        var failure = await Assert.That(async () => { await OrbRun.Start(Echo.Around("""new ErrorPage { file = "/nowhere/page.html" }""", "handler = 200")); }).Throws<OrbException>();
        await Assert.That(failure!.Message).IsEqualTo("`ErrorPage` cannot read `/nowhere/page.html`: there is no such file");
    }

    private delegate Task RequestDelegateUnderTest(Microsoft.AspNetCore.Http.HttpContext context);
}
