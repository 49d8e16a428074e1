using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Orb;
using Edge.Tests.Orb.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Edge.Tests.Orb.Middlewares;

/// <summary>Middleware around one another, and around what is more than a request and its response.</summary>
public sealed class StackTests
{
    private const string Everything = """
        new AccessLog {} new RequestId {} new SecurityHeaders {} new ConnectionLimit { maxPerClient = 5 } new RateLimit {} new Cors {}
        new ErrorPage { body = "page" } new Compress { minSize = 0.b } new Headers { response { set { ["X-By"] = "edge" } } } new BodyLimit {} new TailscaleAuth {} new IpFilter {}
        """;

    [Test]
    public async Task An_upgraded_connection_passes_bytes_both_ways()
    {
        await using var upstream = new RawUpstream(async stream =>
        {
            await RawUpstream.ReadHead(stream);
            await stream.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"u8.ToArray());
            await stream.CopyToAsync(stream);
        });
        var output = new LineStream();
        await using var orb = await OrbRun.Start(Echo.Around(Everything, Echo.Handler(upstream)), change: options => options with { StandardOutput = output });
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(orb.Address);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: br, gzip\r\n\r\n"));
            var head = await RawUpstream.ReadHead(stream);
            await Assert.That(head).StartsWith("HTTP/1.1 101 ").And.Contains("X-By: edge\r\n").And.DoesNotContain("Content-Encoding");
            await stream.WriteAsync("ping"u8.ToArray());
            var answer = new byte[4];
            await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(OrbRun.Limit);
            await Assert.That(Encoding.ASCII.GetString(answer)).IsEqualTo("ping");
        }
        await Assert.That(await output.ReadLine()).Contains("\"GET / HTTP/1.1\" 101 - ");
    }

    [Test]
    public async Task Trailers_come_after_a_compressed_body()
    {
        await using var upstream = await WebServer.Start(async context =>
        {
            context.Response.ContentType = "text/plain";
            context.Response.DeclareTrailer("X-Sum");
            await context.Response.WriteAsync(new string('a', 10_000));
            context.Response.AppendTrailer("X-Sum", "42");
        }, HttpProtocols.Http2);
        await using var orb = await OrbRun.Start(Echo.Around(Everything, $$"""handler = new ReverseProxy { upstreams { "h2c://127.0.0.1:{{upstream.Port}}" } }"""));
        using var client = orb.Client(version: HttpVersion.Version20);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        using var response = await client.SendAsync(request);
        await Assert.That((await response.Content.ReadAsByteArrayAsync()).Length).IsLessThan(1000);
        await Assert.That(response.TrailingHeaders.GetValues("X-Sum").Single()).IsEqualTo("42");
    }

    /// <summary>Each on its own, as often as it takes to tell an allocation from a warm-up.</summary>
    [Test]
    public async Task What_keeps_nothing_between_requests_allocates_nothing_for_them()
    {
        var services = new OrbServices { Time = TimeProvider.System, Logs = new OrbRun.LogLines(), Dialler = null!, Meter = null!, Stopping = default, Readiness = new Readiness() };
        Middleware[] all =
        [
            new Headers { Request = new HeaderChanges { Remove = ["X-A"], Set = [new("X-B", "1")] }, Response = new HeaderChanges { Set = [new("X-C", "1")] } },
            new SecurityHeaders(),
            new IpFilter { Allow = [IPNetwork.Parse("127.0.0.0/8")], Deny = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")] },
            new Cors { AllowOrigins = ["https://*.app.test"] },
            new Rewrite { StripPrefix = "/api", Regex = "^/old", Replacement = "/new" },
            new BodyLimit(),
            new TailscaleAuth(),
        ];
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Request.Path = "/path";
        foreach (var record in all)
        {
            var run = Composition.Compile([record], services, static _ => Task.CompletedTask);
            long Measure()
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < 1000; i++)
                    run(context);
                return GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Measure();
            await Assert.That(Measure()).IsLessThan(1000).Because(record.GetType().Name);
        }
    }
}
