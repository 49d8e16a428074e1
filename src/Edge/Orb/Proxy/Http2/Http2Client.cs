using System.Net;
using System.Text;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Proxy.Http2;

/// <summary>HTTP/2 to one upstream, by the platform's client.</summary>
/// <param name="address">The upstream.</param>
/// <param name="dial">Makes a connection, in which HTTP/2 is spoken at once.</param>
/// <param name="timeout">For how long it may take to connect.</param>
internal sealed class Http2Client(UpstreamAddress address, Func<CancellationToken, ValueTask<Stream>> dial, TimeSpan timeout) : IUpstreamClient
{
    /// <summary>A response's header, in KiB.</summary>
    private const int MaxHeader = 64;

    private readonly HttpMessageInvoker _client = Client(dial, timeout);

    public async ValueTask<UpstreamResponse> Send(UpstreamRequest request, CancellationToken cancellation)
    {
        using var message = Message(request);
        return new Http2Response(await _client.SendAsync(message, cancellation), cancellation);
    }

    private static HttpMessageInvoker Client(Func<CancellationToken, ValueTask<Stream>> dial, TimeSpan timeout) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = timeout,
        EnableMultipleHttp2Connections = true,
        MaxResponseHeadersLength = MaxHeader,
        // A name may come to mean another address: connections are not kept for ever.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // Bytes pass as they came: Latin-1 maps each to one character and back.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        // TLS is made here: left to the handler, each new `Host` of a client would be a pool of its own with that name asked for in the handshake.
        ConnectCallback = (_, cancellation) => dial(cancellation),
    });

    private HttpRequestMessage Message(UpstreamRequest request)
    {
        // HTTP/2 sends the scheme, and so needs the true one. The target is sent as it is written.
        var scheme = address.Scheme == "https" ? "https://" : "http://";
        var uri = new Uri(scheme + address.Target + request.Target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var message = new HttpRequestMessage(HttpMethod.Parse(request.Method), uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = request.Body is { } body ? new Http2Body(body) : null,
        };
        if (request.Host is { } host) message.Headers.TryAddWithoutValidation("Host", host);
        if (request.ExpectsContinue) message.Headers.ExpectContinue = true;
        foreach (var (name, value) in request.Fields.All)
        {
            if (message.Headers.TryAddWithoutValidation(name, value)) continue;
            // What is left are the fields that the platform files under the body; a request without one gets an empty body to carry them.
            message.Content ??= new ByteArrayContent([]);
            message.Content.Headers.TryAddWithoutValidation(name, value);
        }
        if (request is { Body: not null, ContentLength: { } length }) message.Content!.Headers.ContentLength = length;
        return message;
    }
}
