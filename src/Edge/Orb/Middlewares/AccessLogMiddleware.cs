using Edge.Foundation.Configuration;
using Edge.Orb.Matching;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Edge.Orb.Middlewares;

/// <summary>
/// <c>AccessLog</c>: a line for each request, once its response is over. Of the fields that a client sends, only <c>Referer</c> and
/// <c>User-Agent</c> are told: no credentials and no cookies.
/// </summary>
internal sealed class AccessLogMiddleware
{
    private static readonly Func<object, Task> s_log = static state =>
    {
        ((LoggedResponse)state).Log();
        return Task.CompletedTask;
    };

    private readonly LineFormat<LoggedResponse> _format;
    private readonly LogSink _sink;
    private readonly PathPattern[] _excluded;
    private readonly TimeProvider _time;
    private readonly RequestDelegate _next;

    private AccessLogMiddleware(AccessLog record, OrbServices services, RequestDelegate next)
    {
        _format = record.Format switch
        {
            AccessLogFormat.Common => new ApacheLine(isCombined: false),
            AccessLogFormat.Combined => new ApacheLine(isCombined: true),
            AccessLogFormat.Json => new JsonLine(services.Time),
            _ => new EcsLine(services.Time),
        };
        _sink = services.LogSinks.Of(record.Output);
        _excluded = [.. record.Exclude.Select(pattern => new PathPattern(pattern))];
        _time = services.Time;
        _next = next;
    }

    /// <exception cref="OrbException">The output cannot be opened.</exception>
    public static RequestDelegate Compile(AccessLog record, OrbServices services, RequestDelegate next) => new AccessLogMiddleware(record, services, next).Handle;

    public void Write(LoggedResponse response) => _sink.Write(_format, response);

    private Task Handle(HttpContext context)
    {
        foreach (var pattern in _excluded)
            if (pattern.IsMatch(context.Request.Path.Value))
                return _next(context);
        var response = new LoggedResponse(this, context, _time.GetUtcNow(), _time.GetTimestamp());
        context.Features.Set<IHttpResponseBodyFeature>(response);
        // Whatever gives the response its end, a failure or a client that has gone included, comes before this.
        context.Response.OnCompleted(s_log, response);
        return _next(context);
    }
}
