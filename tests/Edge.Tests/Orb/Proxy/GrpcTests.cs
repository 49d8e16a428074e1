using Edge.Tests.Image;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Edge.Tests.Orb.Proxy;

/// <summary>gRPC with the real client, through the proxy, to <c>h2c://</c> and <c>https://</c> upstreams.</summary>
public sealed class GrpcTests
{
    [Test]
    [Arguments("h2c")]
    [Arguments("https")]
    public async Task A_duplex_call_talks_both_ways_and_ends_with_its_status(string scheme)
    {
        await using var chain = await Chain.Start(scheme);
        using var call = chain.Invoker.AsyncDuplexStreamingCall(GrpcEcho.Talk, null, new CallOptions(deadline: DateTime.UtcNow + Limits.Generous));
        foreach (var word in new[] { "one", "", "three" })
        {
            await call.RequestStream.WriteAsync(word);
            await Assert.That(await call.ResponseStream.MoveNext(CancellationToken.None)).IsTrue();
            await Assert.That(call.ResponseStream.Current).IsEqualTo(word);
        }
        await call.RequestStream.CompleteAsync();
        await Assert.That(await call.ResponseStream.MoveNext(CancellationToken.None)).IsFalse();
        await Assert.That(call.GetStatus().StatusCode).IsEqualTo(StatusCode.OK);
        await Assert.That(call.GetTrailers().GetValue("x-last")).IsEqualTo("word");
    }

    [Test]
    public async Task A_call_that_fails_brings_its_status_and_message()
    {
        await using var chain = await Chain.Start("h2c");
        using var call = chain.Invoker.AsyncUnaryCall(GrpcEcho.Fail, null, new CallOptions(deadline: DateTime.UtcNow + Limits.Generous), "x");
        var error = await Assert.That(async () => await call.ResponseAsync).Throws<RpcException>();
        await Assert.That(error!.StatusCode).IsEqualTo(StatusCode.NotFound);
        await Assert.That(error.Status.Detail).IsEqualTo("no such thing");
    }

    /// <summary>Client, proxy over HTTP/2, and an upstream that speaks gRPC's framing (PROTOCOL-HTTP2.md) by hand.</summary>
    private sealed class Chain : IAsyncDisposable
    {
        private readonly WebServer _upstream;
        private readonly ProxyServer _proxy;
        private readonly GrpcChannel _channel;

        private Chain(WebServer upstream, ProxyServer proxy, GrpcChannel channel) => (_upstream, _proxy, _channel) = (upstream, proxy, channel);

        public CallInvoker Invoker => _channel.CreateCallInvoker();

        public static async Task<Chain> Start(string scheme)
        {
            using var authority = new TestAuthority();
            var certificate = scheme == "https" ? authority.Issue("localhost", DateTimeOffset.UtcNow.AddDays(30)) : null;
            var upstream = await WebServer.Start(GrpcEcho.Serve, HttpProtocols.Http2, certificate);
            var proxy = await ProxyServer.Start(
                ProxyServer.To($"{scheme}://127.0.0.1:{upstream.Port}") with { Tls = new() { Insecure = true } }, protocols: HttpProtocols.Http2);
            return new(upstream, proxy, GrpcChannel.ForAddress(proxy.Url));
        }

        public async ValueTask DisposeAsync()
        {
            _channel.Dispose();
            await _proxy.DisposeAsync();
            await _upstream.DisposeAsync();
        }
    }
}
