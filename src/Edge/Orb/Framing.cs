using Microsoft.AspNetCore.Http;

namespace Edge.Orb;

/// <summary>
/// Messages whose end two servers may see in two places (request smuggling). Kestrel refuses most of their shapes by itself; these it
/// takes. They are refused before anything reads of the body, and the connection ends.
/// </summary>
internal static class Framing
{
    /// <summary>Where Kestrel puts a Content-Length that came beside a Transfer-Encoding, before it forgets it.</summary>
    private const string SetAside = "X-Content-Length";

    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Fault(HttpRequest request)
    {
        var codings = request.Headers.TransferEncoding;
        if (codings.Count == 0)
            return null;
        // RFC 9113, section 8.2.2: a field of HTTP/1.1's connections makes a request malformed.
        if (HttpProtocol.IsHttp2(request.Protocol))
            return "Transfer-Encoding in HTTP/2";
        // RFC 9112, section 6.1: HTTP/1.0 has no codings, and what sent the field is not trusted with the message's end.
        if (HttpProtocol.IsHttp10(request.Protocol))
            return "Transfer-Encoding in HTTP/1.0";
        // RFC 9112, section 6.3: "ought to be handled as an error".
        if (request.Headers.ContainsKey(SetAside))
            return "Content-Length beside Transfer-Encoding";
        // No other coding is known here, and chunked is applied once.
        return codings.Count == 1 && "chunked".Equals(codings[0], StringComparison.OrdinalIgnoreCase) ? null : "a Transfer-Encoding other than chunked";
    }
}
