using System.Buffers;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary>
/// <c>RequestId</c>: the handler, the client and the access log get the same identifier, a UUID of version 7 (RFC 9562), which sorts by
/// time. Where one such middleware is inside another, both tell the outer one's.
/// </summary>
internal sealed class RequestIdMiddleware
{
    private const int LongestTrusted = 128;

    // What log lines, header fields and URLs take as it is.
    private static readonly SearchValues<char> s_trusted = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/+=@");

    private readonly string _header;
    private readonly bool _trusts;
    private readonly TimeProvider _time;
    private readonly RequestDelegate _next;
    private readonly Func<object, Task> _tell;

    private RequestIdMiddleware(RequestId record, TimeProvider time, RequestDelegate next)
    {
        (_header, _trusts, _time, _next) = (record.Header, record.TrustIncoming, time, next);
        _tell = Tell;
    }

    public static RequestDelegate Compile(RequestId record, OrbServices services, RequestDelegate next) =>
        new RequestIdMiddleware(record, services.Time, next).Handle;

    private Task Handle(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (context.Features.Get<RequestIdentifier>() is not { } identifier)
        {
            var sent = _trusts && headers[_header] is [{ } text] && IsUsable(text) ? text : null;
            identifier = new RequestIdentifier(sent ?? Guid.CreateVersion7(_time.GetUtcNow()).ToString());
            context.Features.Set(identifier);
        }
        headers[_header] = identifier.Text;
        context.Response.OnStarting(_tell, context);
        return _next(context);
    }

    private Task Tell(object state)
    {
        var context = (HttpContext)state;
        context.Response.Headers[_header] = context.Features.Get<RequestIdentifier>()!.Text;
        return Task.CompletedTask;
    }

    private static bool IsUsable(string text) => text.Length is > 0 and <= LongestTrusted && !text.AsSpan().ContainsAnyExcept(s_trusted);
}
