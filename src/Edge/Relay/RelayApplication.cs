using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Edge.Foundation.Addresses;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Orb;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Endpoint = Edge.Foundation.Addresses.Endpoint;

namespace Edge.Relay;

/// <summary>
/// The relay's HTTP, which answers as derper's does (tailscale 1.96.5, cmd/derper and derp/derpserver/handler.go). A request that switches to DERP
/// has the connection from then on: the relay reads and writes the TLS stream itself. Most of those never come here: <see cref="RelayListener"/>.
/// </summary>
internal sealed class RelayApplication(RelayHub hub, BootstrapNames names, ILogger log) : IHttpApplication<HttpContext>
{
    private const int LongestChallenge = 64;

    private static readonly SearchValues<char> s_challenge = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:");

    private readonly byte[] _switching = UpgradeRequest.Answer(hub.Key);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await (context.Features.Get<PrivateListener>() is { } own ? own.Handler(context) : Answer(context));
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up.
        }
        catch (Exception failure)
        {
            log.Failed(failure);
            context.Abort();
        }
    }

    private Task Answer(HttpContext context)
    {
        var response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/derp":
                return Upgrade(context);
            case "/derp/probe" or "/derp/latency-check":
                if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
                    return Refuse(response, StatusCodes.Status405MethodNotAllowed, "bogus probe method\n");
                response.Headers.AccessControlAllowOrigin = "*";
                return Task.CompletedTask;
            case "/generate_204":
                return NoContent(context);
            case "/bootstrap-dns":
                AddBrowserHeaders(response);
                response.Headers.Connection = "close";
                response.ContentType = "application/json";
                return Write(response, names.Json);
            case "/robots.txt":
                AddBrowserHeaders(response);
                response.ContentType = "text/plain; charset=utf-8";
                return Write(response, "User-agent: *\nDisallow: /\n"u8.ToArray());
            default:
                AddBrowserHeaders(response);
                response.ContentType = "text/html; charset=utf-8";
                return Write(response, "<html><body><h1>DERP</h1><p>This is a relay of edge: it passes on packets between nodes of a network that have no direct path, and cannot read them.</p></body></html>\n"u8.ToArray());
        }
    }

    /// <summary>How clients find out whether a captive portal stands before them: only the real one answers the challenge.</summary>
    private static Task NoContent(HttpContext context)
    {
        var response = context.Response;
        var challenge = context.Request.Headers["X-Tailscale-Challenge"].ToString();
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate, no-transform, max-age=0";
        if (challenge.Length is > 0 and <= LongestChallenge && !challenge.AsSpan().ContainsAnyExcept(s_challenge))
            response.Headers["X-Tailscale-Response"] = $"response {challenge}";
        return Task.CompletedTask;
    }

    private Task Upgrade(HttpContext context)
    {
        var headers = context.Request.Headers;
        var upgrade = headers.Upgrade.ToString();
        var isWebSocket = upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase);
        if (!isWebSocket && !upgrade.Equals("derp", StringComparison.OrdinalIgnoreCase))
            return Refuse(context.Response, StatusCodes.Status426UpgradeRequired, "DERP requires connection upgrade\n");
        // Early clients said "WebSocket" and spoke plain DERP; the protocol inside tells who means it.
        return isWebSocket && headers.SecWebSocketProtocol.ToString().Contains("derp", StringComparison.Ordinal)
            ? ServeWebSocket(context)
            : Serve(context);
    }

    private async Task Serve(HttpContext context)
    {
        var early = TakeEarly(context);
        var stream = context.Features.GetRequiredFeature<RelayHttpConnection>().Stream;
        // Who knows the relay's key from the handshake has not waited for an answer and gets none.
        if (context.Request.Headers["Derp-Fast-Start"] != "1")
            await stream.WriteAsync(_switching, context.RequestAborted);
        await Run(context, stream, early);
    }

    private async Task ServeWebSocket(HttpContext context)
    {
        var key = context.Request.Headers.SecWebSocketKey.ToString();
        if (context.Request.Headers.SecWebSocketVersion != "13" || key.Length != 24)
        {
            context.Response.Headers.SecWebSocketVersion = "13";
            await Refuse(context.Response, StatusCodes.Status426UpgradeRequired, "WebSocket of version 13 is spoken here\n");
            return;
        }
        var early = TakeEarly(context);
        var tls = context.Features.GetRequiredFeature<RelayHttpConnection>().Stream;
        await tls.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {WebSocketKey.Accept(key)}\r\nSec-WebSocket-Protocol: derp\r\n\r\n"), context.RequestAborted);
        var inner = early.IsEmpty ? tls : new PrefixedStream(early, tls);
        using var socket = WebSocket.CreateFromStream(inner, new WebSocketCreationOptions { IsServer = true, SubProtocol = "derp", KeepAliveInterval = TimeSpan.Zero });
        await using var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary);
        await Run(context, stream, default);
    }

    private async Task Run(HttpContext context, Stream stream, ReadOnlyMemory<byte> early)
    {
        var info = context.Connection;
        var remote = info.RemoteIpAddress is { } address ? new Endpoint(IpAddress.Of(address), (ushort)info.RemotePort) : default;
        var isNotIdeal = !StringValues.IsNullOrEmpty(context.Request.Headers["Ideal-Node"]);
        var cancellation = context.RequestAborted;
        var connection = hub.Accept(stream, remote, isNotIdeal, context.Abort);
        await connection.Run(early, cancellation);
        // Nothing of HTTP may follow.
        context.Abort();
    }

    /// <summary>What came behind the request's head: the server has read it, and does not read on while the request is under way.</summary>
    private static ReadOnlyMemory<byte> TakeEarly(HttpContext context)
    {
        var input = context.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Input;
        if (!input.TryRead(out var result))
            return default;
        var early = result.Buffer.ToArray();
        input.AdvanceTo(result.Buffer.End);
        return early;
    }

    private static Task Refuse(HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        return Write(response, Encoding.ASCII.GetBytes(text));
    }

    private static Task Write(HttpResponse response, ReadOnlyMemory<byte> body)
    {
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(response.HttpContext.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body).AsTask();
    }

    private static void AddBrowserHeaders(HttpResponse response)
    {
        response.Headers.StrictTransportSecurity = "max-age=63072000; includeSubDomains";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'self'; block-all-mixed-content; object-src 'self'";
        response.Headers.XFrameOptions = "DENY";
        response.Headers.XContentTypeOptions = "nosniff";
    }
}
