using System.Globalization;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Edge.Orb.Middlewares;

/// <summary><c>SecurityHeaders</c>: fields that make browsers careful, on every response that does not have them of its own.</summary>
internal sealed class SecurityHeadersMiddleware
{
    private readonly (string Name, StringValues Value)[] _always;
    private readonly StringValues _transport;
    private readonly RequestDelegate _next;
    private readonly Func<object, Task> _add;

    private SecurityHeadersMiddleware(SecurityHeaders record, RequestDelegate next)
    {
        _always = [.. Fields(record)];
        foreach (var (name, value) in _always)
            HeaderValue.Check("SecurityHeaders", name, value.ToString());
        _transport = Transport(record);
        _next = next;
        _add = Add;
    }

    /// <exception cref="OrbException">A value cannot be sent.</exception>
    public static RequestDelegate Compile(SecurityHeaders record, OrbServices services, RequestDelegate next) => new SecurityHeadersMiddleware(record, next).Handle;

    private Task Handle(HttpContext context)
    {
        context.Response.OnStarting(_add, context);
        return _next(context);
    }

    private Task Add(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        foreach (var (name, value) in _always)
            headers.TryAdd(name, value);
        // RFC 6797, section 7.2: never without TLS, where anyone between could have sent it.
        if (_transport.Count > 0 && context.Request.IsHttps)
            headers.TryAdd("Strict-Transport-Security", _transport);
        return Task.CompletedTask;
    }

    private static IEnumerable<(string Name, StringValues Value)> Fields(SecurityHeaders record)
    {
        if (record.NoSniff)
            yield return ("X-Content-Type-Options", "nosniff");
        if (record.FrameOptions is { } frames)
            yield return ("X-Frame-Options", frames == FrameOptions.Deny ? "DENY" : "SAMEORIGIN");
        if (record.ReferrerPolicy is { } referrer)
            yield return ("Referrer-Policy", referrer);
        if (record.ContentSecurityPolicy is { } content)
            yield return ("Content-Security-Policy", content);
        if (record.PermissionsPolicy is { } permissions)
            yield return ("Permissions-Policy", permissions);
    }

    private static StringValues Transport(SecurityHeaders record) => record.HstsMaxAge is not { } age
        ? StringValues.Empty
        : string.Create(CultureInfo.InvariantCulture, $"max-age={(long)age.TotalSeconds}") + (record.HstsSubdomains ? "; includeSubDomains" : "") + (record.HstsPreload ? "; preload" : "");
}
