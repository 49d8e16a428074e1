using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary><c>Headers</c>: changes header fields, of requests on their way in, of responses at the last moment.</summary>
internal sealed class HeadersMiddleware
{
    private readonly HeaderEdit _request;
    private readonly HeaderEdit _response;
    private readonly RequestDelegate _next;
    private readonly Func<object, Task> _change;

    private HeadersMiddleware(Headers record, RequestDelegate next)
    {
        _request = new HeaderEdit(record.Request);
        _response = new HeaderEdit(record.Response);
        _next = next;
        _change = Change;
    }

    /// <exception cref="OrbException">A field cannot be changed so.</exception>
    public static RequestDelegate Compile(Headers record, OrbServices services, RequestDelegate next) => new HeadersMiddleware(record, next).Handle;

    private Task Handle(HttpContext context)
    {
        _request.Apply(context.Request.Headers);
        if (!_response.IsEmpty)
            context.Response.OnStarting(_change, context);
        return _next(context);
    }

    private Task Change(object context)
    {
        _response.Apply(((HttpContext)context).Response.Headers);
        return Task.CompletedTask;
    }
}
