using System.Text;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Handlers;

/// <summary><c>Respond</c>: a fixed response, prepared once.</summary>
internal static class RespondHandler
{
    private const string DefaultType = "text/plain; charset=utf-8";

    /// <exception cref="OrbException">A header field cannot be sent.</exception>
    public static RequestDelegate Compile(Respond respond, OrbServices services)
    {
        var body = Encoding.UTF8.GetBytes(respond.Body);
        // RFC 9110, sections 6.4.1 and 15: these have no content.
        var hasBody = body.Length > 0 && respond.Status is not (< 200 or 204 or 205 or 304);
        var headers = respond.Headers;
        foreach (var (name, value) in headers)
            Check(name, value);
        var hasType = headers.Any(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase));
        return context =>
        {
            var response = context.Response;
            response.StatusCode = respond.Status;
            foreach (var (name, value) in headers)
                response.Headers[name] = value;
            if (!hasBody)
                return Task.CompletedTask;
            if (!hasType)
                response.ContentType = DefaultType;
            response.Headers.ContentLength = body.Length;
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body).AsTask();
        };
    }

    private static void Check(string name, string value)
    {
        if (value.AsSpan().ContainsAnyInRange('\0', '\u001f') || value.Contains('\u007f', StringComparison.Ordinal))
            throw new OrbException($"the value of the header field `{name}` in `Respond` has control characters", "write it on one line.", isConfiguration: true);
        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            throw new OrbException($"`Respond` sets `{name}`, which follows from the body", "take it out of `headers`.", isConfiguration: true);
    }
}
