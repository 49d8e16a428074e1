using System.Text;

namespace Edge.Orb.Proxy.Http1;

/// <summary>The names of header fields that responses have again and again: none of them is made anew.</summary>
internal static class KnownNames
{
    private static readonly string[][] s_byLength = ByLength(
    [
        "Accept-Ranges", "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
        "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Age", "Allow", "Alt-Svc", "Cache-Control",
        "Connection", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length", "Content-Location", "Content-Range",
        "Content-Security-Policy", "Content-Type", "Date", "ETag", "Expires", "Keep-Alive", "Last-Modified", "Link", "Location",
        "Permissions-Policy", "Pragma", "Referrer-Policy", "Retry-After", "Server", "Server-Timing", "Set-Cookie", "Strict-Transport-Security",
        "Trailer", "Transfer-Encoding", "Upgrade", "Vary", "Via", "WWW-Authenticate", "X-Cache", "X-Content-Type-Options", "X-Frame-Options",
        "X-Powered-By", "X-Request-Id", "X-XSS-Protection",
    ]);

    public static string Of(ReadOnlySpan<byte> name)
    {
        if (name.Length < s_byLength.Length)
            foreach (var known in s_byLength[name.Length])
                if (Ascii.EqualsIgnoreCase(name, known))
                    return known;
        return Encoding.Latin1.GetString(name);
    }

    private static string[][] ByLength(ReadOnlySpan<string> names)
    {
        var lists = new List<string>[40];
        foreach (var name in names) (lists[name.Length] ??= []).Add(name);
        return Array.ConvertAll(lists, static list => list?.ToArray() ?? []);
    }
}
