using System.Net.Sockets;
using System.Security.Cryptography;
using Edge.Orb.Proxy;
using Edge.Orb.Proxy.Http1;
using Microsoft.Extensions.Time.Testing;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>What is written, as Kestrel reads it.</summary>
public sealed class RequestTests
{
    public static IEnumerable<(int Length, bool IsTold)> Bodies() =>
        from length in new[] { 0, 1, 100, 3900, 4000, 4050, 4096, 4097, 10_000, 65_536, 100_000, 20_000_000 }
        from isTold in new[] { true, false }
        select (length, isTold);

    [Test]
    [MethodDataSource(nameof(Bodies))]
    public async Task A_body_arrives_whole(int length, bool isTold)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var (told, chunked, hash) = ((long?)null, "", "");
        await using var server = await WebServer.Start(async context =>
        {
            (told, chunked) = (context.Request.ContentLength, context.Request.Headers.TransferEncoding.ToString());
            hash = Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body));
        });
        using var upstream = new Dialled();
        var client = Client(server);
        // The second goes over the connection of the first, where that was whole before its response was: that is seen by its being answered.
        for (var i = 0; i < 2; i++)
        {
            hash = "";
            using var response = await client.Send(upstream.With(new MemoryStream(bytes), isTold ? length : null), upstream.Cancellation.Token);
            await Assert.That((await Answer.Of(response)).Status).IsEqualTo(200);
            await Assert.That(hash).IsEqualTo(Convert.ToHexString(SHA256.HashData(bytes)));
            await Assert.That(told).IsEqualTo(isTold ? length : null);
            await Assert.That(chunked).IsEqualTo(isTold ? "" : "chunked");
        }
    }

    [Test]
    public async Task A_header_arrives_line_for_line()
    {
        List<string> lines = [];
        await using var server = await WebServer.Start(context =>
        {
            lines = [.. context.Request.Headers.SelectMany(field => field.Value.Select(value => $"{field.Key}: {value}"))];
            return Task.CompletedTask;
        });
        using var upstream = new Dialled();
        var client = Client(server);
        foreach (var count in new[] { 0, 1, 20, 90 })
        {
            var request = new UpstreamRequest("GET", "/");
            List<string> expected = ["Host: upstream.example"];
            for (var i = 0; i < count; i++)
            {
                var (name, value) = ($"X-Field-{i % 80}", $"caf\u00e9 \u00ff\t{new string('x', 3 * i)}.");
                request.Fields.Add(name, value);
                expected.Add($"{name}: {value}");
            }
            using var response = await client.Send(request, upstream.Cancellation.Token);
            await Answer.Of(response);
            await Assert.That(lines).IsEquivalentTo(expected);
        }
        await Assert.That(server.Requests).IsEqualTo(4);
    }

    [Test]
    [Arguments("GET", "/")]
    [Arguments("PROPFIND", "/a%2Fb?x=%20&y")]
    [Arguments("X-ODD", "//a/?")]
    [Arguments("OPTIONS", "/*")]
    public async Task A_request_line_arrives_as_it_was_said(string method, string target)
    {
        var line = "";
        await using var server = await WebServer.Start(context =>
        {
            line = $"{context.Request.Method} {context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget} {context.Request.Protocol} {context.Request.Host}";
            return Task.CompletedTask;
        });
        using var upstream = new Dialled();
        using var response = await Client(server).Send(new UpstreamRequest(method, target) { Host = "site.example:81" }, upstream.Cancellation.Token);
        await Assert.That(line).IsEqualTo($"{method} {target} HTTP/1.1 site.example:81");
    }

    private static Http1Client Client(WebServer server) => new("upstream.example", async cancellation =>
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", server.Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }, new FakeTimeProvider());
}
