using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Edge.Orb.Proxy;

/// <summary>Path and query as the upstream gets them.</summary>
internal static class RequestTarget
{
    /// <summary>
    /// The path as the client wrote it, when that is what routes and middleware saw; else what they saw, encoded anew: an upstream must
    /// not be shown another path than the one that was let through.
    /// </summary>
    /// <returns>Visible ASCII, beginning with <c>/</c>; null when the query cannot be sent.</returns>
    public static string? Of(HttpContext context)
    {
        var seen = (context.Request.PathBase + context.Request.Path).Value ?? "";
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var end = raw.IndexOf('?');
        if (end >= 0) raw = raw[..end];
        var path = raw.StartsWith('/') && Decode(raw) == seen ? raw : new PathString(seen.StartsWith('/') ? seen : "/" + seen).ToUriComponent();
        var target = path + context.Request.QueryString.Value;
        return target.AsSpan().ContainsAnyExceptInRange('!', '~') || target.Contains('#') ? null : target;
    }

    /// <summary>As the server decodes paths: all but the encoded slash.</summary>
    private static string Decode(string raw) => raw.Contains('%')
        ? Uri.UnescapeDataString(raw.Replace("%2F", "%252F", StringComparison.Ordinal).Replace("%2f", "%252f", StringComparison.Ordinal))
        : raw;
}
