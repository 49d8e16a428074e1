using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary>Responses that send a client away.</summary>
internal static class Refusal
{
    /// <param name="context">The request's context.</param>
    /// <param name="status">The status.</param>
    /// <param name="wait">After which time it is worth asking again; in whole seconds, at least one (RFC 9110, section 10.2.3).</param>
    public static Task Later(HttpContext context, int status, TimeSpan wait)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }
}
