using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Orb;
using Edge.Orb.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Edge.Tests.Orb.Proxy;

/// <summary>A server whose handler is the compiled <see cref="ReverseProxy"/>, and a client to it.</summary>
internal sealed class ProxyServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Meter _meter = new("test");
    private WebServer _server = null!;

    public LogLines Log { get; } = new();

    public HttpClient Client { get; private set; } = null!;

    public int Port => _server.Port;

    public string Url => _server.Url;

    public static async Task<ProxyServer> Start(
        ReverseProxy record, TimeProvider? time = null, HttpProtocols protocols = HttpProtocols.Http1, X509Certificate2? certificate = null,
        Func<RequestDelegate, RequestDelegate>? around = null)
    {
        var proxy = new ProxyServer();
        var handler = Compile(record, proxy, time ?? TimeProvider.System);
        proxy._server = await WebServer.Start(around?.Invoke(handler) ?? handler, protocols, certificate);
        var http2 = protocols == HttpProtocols.Http2;
        proxy.Client = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        })
        {
            BaseAddress = new Uri(proxy.Url),
            Timeout = Limits.Generous,
            DefaultRequestVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        return proxy;
    }

    /// <summary>The record for these addresses.</summary>
    public static ReverseProxy To(params string[] addresses) => new() { Upstreams = [.. addresses.Select(address => Upstream(address))] };

    public static Upstream Upstream(string address, int weight = 1) =>
        new() { Address = UpstreamAddress.TryParse(address, out var parsed) ? parsed : throw new ArgumentException(address), Weight = weight };

    public static string At(int port) => $"127.0.0.1:{port}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Client.Dispose();
        await _server.DisposeAsync();
        _meter.Dispose();
        _stop.Dispose();
    }

    private static RequestDelegate Compile(ReverseProxy record, ProxyServer proxy, TimeProvider time) => ReverseProxyHandler.Compile(record, new OrbServices
    {
        Time = time,
        Logs = proxy.Log,
        Meter = proxy._meter,
        Readiness = new Readiness(),
        Dialler = new Dialler(new SystemResolver(), TimeProvider.System),
        Stopping = proxy._stop.Token,
    });
}
