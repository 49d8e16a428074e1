using System.Collections.Immutable;
using Edge.Foundation.Configuration;
using Edge.Orb.Handlers;
using Edge.Orb.Middlewares;
using Edge.Orb.Proxy;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb;

/// <summary>From configuration records to delegates: the one place that knows every handler and every middleware.</summary>
internal static class Composition
{
    /// <exception cref="OrbException">The record asks for what cannot be had.</exception>
    public static RequestDelegate Compile(Handler handler, OrbServices services) => handler switch
    {
        StaticFiles files => StaticFilesHandler.Compile(files, services),
        Redirect redirect => RedirectHandler.Compile(redirect, services),
        Respond respond => RespondHandler.Compile(respond, services),
        ReverseProxy proxy => Compile(proxy, services),
        _ => throw new ArgumentException($"{handler.GetType().Name} is no handler of the schema", nameof(handler)),
    };

    /// <summary>The middleware around a handler; the first listed is outermost.</summary>
    /// <exception cref="OrbException">A record asks for what cannot be had.</exception>
    public static RequestDelegate Compile(ImmutableArray<Middleware> middleware, OrbServices services, RequestDelegate innermost)
    {
        var next = innermost;
        for (var i = middleware.Length - 1; i >= 0; i--)
            next = Compile(middleware[i], services, next);
        return next;
    }

    private static RequestDelegate Compile(Middleware middleware, OrbServices services, RequestDelegate next) => middleware switch
    {
        Headers headers => HeadersMiddleware.Compile(headers, services, next),
        RequestId requestId => RequestIdMiddleware.Compile(requestId, services, next),
        Rewrite rewrite => RewriteMiddleware.Compile(rewrite, services, next),
        BodyLimit bodyLimit => BodyLimitMiddleware.Compile(bodyLimit, services, next),
        SecurityHeaders security => SecurityHeadersMiddleware.Compile(security, services, next),
        IpFilter ipFilter => IpFilterMiddleware.Compile(ipFilter, services, next),
        Cors cors => CorsMiddleware.Compile(cors, services, next),
        ErrorPage errorPage => ErrorPageMiddleware.Compile(errorPage, services, next),
        TailscaleAuth tailscale => TailscaleAuthMiddleware.Compile(tailscale, services, next),
        AccessLog log => AccessLogMiddleware.Compile(log, services, next),
        RateLimit rate => RateLimitMiddleware.Compile(rate, services, next),
        ConnectionLimit connections => ConnectionLimitMiddleware.Compile(connections, services, next),
        Compress compress => CompressMiddleware.Compile(compress, services, next),
        BasicAuth basic => BasicAuthMiddleware.Compile(basic, services, next),
        JwtAuth jwt => JwtAuthMiddleware.Compile(jwt, services, next),
        _ => throw new ArgumentException($"{middleware.GetType().Name} is no middleware of the schema", nameof(middleware)),
    };

    private static RequestDelegate Compile(ReverseProxy proxy, OrbServices services)
    {
        try
        {
            return ReverseProxyHandler.Compile(proxy, services);
        }
        catch (UpstreamSetupException failure)
        {
            throw new OrbException(failure.Message, "`edge check` shows the configuration as it is used.", isConfiguration: true, failure);
        }
    }
}
