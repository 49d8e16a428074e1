using System.Net;
using System.Net.Security;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Io;
using Tls = Edge.Io.Tls;

namespace Edge.Orb.Proxy;

/// <summary>
/// The connections to one upstream. HTTP/1.1 for <c>http</c> and <c>https</c>, HTTP/2 for <c>h2c</c>, and for gRPC over <c>https</c>.
/// TLS is made here, by the dialling callback: left to the platform's handler, each new <c>Host</c> of a client would be a pool of its
/// own with that name asked for in the handshake.
/// </summary>
internal sealed class Transport
{
    /// <summary>A response's header, in KiB.</summary>
    private const int MaxHeader = 64;

    private readonly UpstreamAddress _address;
    private readonly UpstreamTrust _trust;
    private readonly IDialler _dialler;
    private readonly TimeSpan _timeout;
    private readonly HttpMessageInvoker? _http1;
    private readonly Lazy<HttpMessageInvoker> _http2;

    public Transport(UpstreamAddress address, UpstreamTrust trust, IDialler dialler, TimeSpan timeout)
    {
        _address = address;
        _trust = trust;
        _dialler = dialler;
        _timeout = timeout;
        if (address.Scheme == "https") trust.Load();
        if (address.Scheme != "h2c") _http1 = Over(address.Scheme == "https" ? SslApplicationProtocol.Http11 : null);
        _http2 = new(() => Over(address.Scheme == "https" ? SslApplicationProtocol.Http2 : null));
    }

    /// <summary>Whether the upstream can be asked to switch protocols: an upgrade is of HTTP/1.1.</summary>
    public bool CanUpgrade => _http1 is not null;

    /// <param name="isGrpc">Whether the request needs HTTP/2, for its trailers.</param>
    public bool UsesHttp2(bool isGrpc) => _http1 is null || (isGrpc && _address.Scheme == "https");

    /// <summary>
    /// The URI of a request. It is sent as it is written. Over TLS, HTTP/1.1 is given an <c>http</c> URI, which it does not send;
    /// HTTP/2 sends the scheme, and so needs the true one.
    /// </summary>
    /// <param name="target">Path and query, of visible ASCII alone.</param>
    /// <param name="http2">Which of the two.</param>
    public Uri UriOf(string target, bool http2)
    {
        var scheme = http2 && _address.Scheme == "https" ? "https://" : "http://";
        return new Uri(scheme + _address.Target + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    public Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellation) =>
        (request.Version.Major == 2 ? _http2.Value : _http1!).SendAsync(request, cancellation);

    private HttpMessageInvoker Over(SslApplicationProtocol? protocol) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = _timeout,
        EnableMultipleHttp2Connections = true,
        MaxResponseHeadersLength = MaxHeader,
        // A name may come to mean another address: connections are not kept for ever.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // Bytes pass as they came: Latin-1 maps each to one character and back.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ConnectCallback = (_, cancellation) => Connect(protocol, cancellation),
    });

    private async ValueTask<Stream> Connect(SslApplicationProtocol? protocol, CancellationToken cancellation)
    {
        var stream = await _dialler.Dial(_address.Target.Host, _address.Target.Port, cancellation);
        return protocol is { } alpn
            ? await Tls.Handshake(stream, _trust.Options(_address.Target.Host, alpn), _address.Target.ToString(), cancellation)
            : stream;
    }
}
