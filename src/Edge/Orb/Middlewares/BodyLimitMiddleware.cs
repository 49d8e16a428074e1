using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Edge.Orb.Middlewares;

/// <summary>
/// <c>BodyLimit</c>: a body that says that it is too long is refused before a byte of it is read; one that does not say is broken off by
/// the server while it is read. Of several limits around a handler the smallest holds.
/// </summary>
internal sealed class BodyLimitMiddleware(long most, RequestDelegate next)
{
    public static RequestDelegate Compile(BodyLimit record, OrbServices services, RequestDelegate next) => new BodyLimitMiddleware(record.MaxSize, next).Handle;

    private Task Handle(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit && !(limit.MaxRequestBodySize <= most))
            limit.MaxRequestBodySize = most;
        if (context.Request.ContentLength > most)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            // The body is on its way all the same; it is not read as the next request.
            if (!HttpProtocol.IsHttp2(context.Request.Protocol) && !HttpProtocol.IsHttp3(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        }
        return next(context);
    }
}
