using System.Globalization;
using System.Net.Security;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Orb.Proxy.Http1;
using Edge.Orb.Proxy.Http2;
using Tls = Edge.Io.Tls;

namespace Edge.Orb.Proxy;

/// <summary>The connections to one upstream. HTTP/1.1 for <c>http</c> and <c>https</c>, HTTP/2 for <c>h2c</c>, and for gRPC over <c>https</c>.</summary>
internal sealed class Transport
{
    private readonly UpstreamAddress _address;
    private readonly UpstreamTrust _trust;
    private readonly IDialler _dialler;
    private readonly Http1Client? _http1;
    private readonly Lazy<Http2Client> _http2;

    public Transport(UpstreamAddress address, UpstreamTrust trust, IDialler dialler, TimeSpan timeout, TimeProvider time)
    {
        _address = address;
        _trust = trust;
        _dialler = dialler;
        var isTls = address.Scheme == "https";
        if (isTls) trust.Load();
        if (address.Scheme != "h2c")
            _http1 = new Http1Client(Authority(address), cancellation => Connect(isTls ? SslApplicationProtocol.Http11 : null, cancellation), time);
        _http2 = new(() => new Http2Client(address, cancellation => Connect(isTls ? SslApplicationProtocol.Http2 : null, cancellation), timeout));
    }

    /// <summary>Whether the upstream can be asked to switch protocols: an upgrade is of HTTP/1.1.</summary>
    public bool CanUpgrade => _http1 is not null;

    /// <param name="isGrpc">Whether the request needs HTTP/2, for its trailers.</param>
    public bool UsesHttp2(bool isGrpc) => _http1 is null || (isGrpc && _address.Scheme == "https");

    /// <inheritdoc cref="IUpstreamClient.Send"/>
    public ValueTask<UpstreamResponse> Send(UpstreamRequest request, CancellationToken cancellation)
    {
        IUpstreamClient client = request.IsHttp2 || _http1 is null ? _http2.Value : _http1;
        return client.Send(request, cancellation);
    }

    /// <summary>As <c>Host</c> says it: without a port that goes without saying (RFC 9110, section 4.2.3).</summary>
    private static string Authority(UpstreamAddress address)
    {
        var text = address.Target.ToString();
        var usual = address.Scheme == "https" ? 443 : 80;
        return address.Target.Port == usual ? text[..^(usual.ToString(CultureInfo.InvariantCulture).Length + 1)] : text;
    }

    private async ValueTask<Stream> Connect(SslApplicationProtocol? protocol, CancellationToken cancellation)
    {
        var stream = await _dialler.Dial(_address.Target.Host, _address.Target.Port, cancellation);
        return protocol is { } alpn
            ? await Tls.Handshake(stream, _trust.Options(_address.Target.Host, alpn), _address.Target.ToString(), cancellation)
            : stream;
    }
}
