using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Edge.Orb.Proxy;

/// <summary>Whether a request asks for another protocol on its connection (HTTP/1.1, RFC 9110, section 7.8) or stream (HTTP/2, RFC 8441), and for which.</summary>
/// <param name="Protocol">Empty when it does not.</param>
/// <param name="IsHttp2">Whether it is an extended CONNECT.</param>
internal readonly record struct Upgrade(string Protocol, bool IsHttp2)
{
    public bool IsRequested => Protocol.Length > 0;

    public static Upgrade Of(HttpContext context)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: { } protocol })
            return new(protocol, true);
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }) return new("", false);
        var asked = context.Request.Headers.Upgrade.ToString();
        // HTTP/2 without TLS is between the client and this server; the upstream is not asked to speak it over the client's connection.
        return asked.Contains("h2c", StringComparison.OrdinalIgnoreCase) ? new("", false) : new(asked, false);
    }

    /// <summary>The client's side, once the response's header is set.</summary>
    public ValueTask<Stream> Accept(HttpContext context) => IsHttp2
        ? context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync()
        : new(context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync());
}
