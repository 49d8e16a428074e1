using System.Globalization;
using Edge.Foundation.Configuration;
using Edge.Orb.Matching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Edge.Orb.Middlewares;

/// <summary>
/// <c>Cors</c>: the CORS protocol of the Fetch standard (https://fetch.spec.whatwg.org/#http-cors-protocol). Preflight requests are
/// answered here. The platform's middleware is not used: it leaves out <c>Vary</c> for origins that it refuses, so that a cache may
/// hand a refusal to those that are allowed.
/// </summary>
internal sealed class CorsMiddleware
{
    private const string DefaultMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";

    // Null: any.
    private readonly Glob[]? _origins;
    private readonly StringValues _methods;
    private readonly StringValues _headers;
    private readonly StringValues _exposed;
    private readonly StringValues _maxAge;
    private readonly bool _withCredentials;
    private readonly RequestDelegate _next;
    private readonly Func<object, Task> _tell;

    private CorsMiddleware(Cors record, RequestDelegate next)
    {
        _origins = record.AllowOrigins.IsEmpty || record.AllowOrigins.Contains("*") ? null : [.. record.AllowOrigins.Select(origin => new Glob(origin, ignoreCase: true))];
        _methods = record.AllowMethods.IsEmpty ? DefaultMethods : string.Join(", ", record.AllowMethods);
        _headers = record.AllowHeaders.IsEmpty ? StringValues.Empty : string.Join(", ", record.AllowHeaders);
        _exposed = record.ExposeHeaders.IsEmpty ? StringValues.Empty : string.Join(", ", record.ExposeHeaders);
        _maxAge = ((long)record.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        _withCredentials = record.AllowCredentials;
        _next = next;
        _tell = Tell;
    }

    public static RequestDelegate Compile(Cors record, OrbServices services, RequestDelegate next) => new CorsMiddleware(record, next).Handle;

    private Task Handle(HttpContext context)
    {
        var request = context.Request.Headers;
        context.Response.OnStarting(_tell, context);
        if (!HttpMethods.IsOptions(context.Request.Method) || request.Origin.Count == 0 || request.AccessControlRequestMethod.Count == 0)
            return _next(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        if (Allowed(request.Origin) is not null)
        {
            var response = context.Response.Headers;
            response.AccessControlAllowMethods = _methods;
            response.AccessControlMaxAge = _maxAge;
            response.AccessControlAllowHeaders = _headers.Count > 0 ? _headers : Asked(request.AccessControlRequestHeaders);
        }
        return Task.CompletedTask;
    }

    // What stands here is the configuration's to say: an upstream's own answer, made for another place, would be a second one.
    private Task Tell(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        if (_origins is not null)
            Vary.Add(headers, "Origin");
        var allowed = Allowed(context.Request.Headers.Origin);
        headers.AccessControlAllowOrigin = allowed is null ? StringValues.Empty : new StringValues(allowed);
        headers.AccessControlAllowCredentials = allowed is not null && _withCredentials ? "true" : StringValues.Empty;
        headers.AccessControlExposeHeaders = allowed is null ? StringValues.Empty : _exposed;
        return Task.CompletedTask;
    }

    /// <returns>What the response says; null: the origin is not allowed.</returns>
    private string? Allowed(StringValues origin)
    {
        if (_origins is null)
            return "*";
        if (origin is not [{ } text] || !IsOrigin(text))
            return null;
        foreach (var one in _origins)
            if (one.IsMatch(text))
                return text;
        return null;
    }

    // Scheme, host and port (RFC 6454, section 6.2): a `*` of ours must not stand for a path, a user or a query.
    private static bool IsOrigin(ReadOnlySpan<char> text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        return !text.ContainsAnyExceptInRange('!', '~') && (scheme < 0 ? text is "null" : !text[(scheme + 3)..].ContainsAny("/?#@\\"));
    }

    // Names and commas; anything else is not worth an answer.
    private static StringValues Asked(StringValues names)
    {
        var text = names.ToString();
        return text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? StringValues.Empty : text;
    }
}
