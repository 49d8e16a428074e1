using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>A client stays at the upstream that its cookie names; without one, or when that upstream is out, in turn.</summary>
internal sealed class CookieBalancer(Backend[] backends, string cookieName) : Balancer
{
    private readonly RoundRobinBalancer _others = new(backends);

    public override Backend? Choose(HttpContext context, List<Backend>? tried) =>
        Named(context) is { } backend && backend.IsUsable(tried) ? backend : _others.Choose(context, tried);

    public override void Remember(HttpContext context, Backend backend)
    {
        if (Named(context) == backend) return;
        var secure = context.Request.IsHttps ? "; Secure" : "";
        context.Response.Headers.Append("Set-Cookie", $"{cookieName}={Value(backend)}; Path=/; HttpOnly; SameSite=Lax{secure}");
    }

    /// <summary>A number made of the address, not the address: the client need not know it.</summary>
    private static string Value(Backend backend) => backend.Id.ToString("x16", CultureInfo.InvariantCulture);

    private Backend? Named(HttpContext context)
    {
        if (!context.Request.Cookies.TryGetValue(cookieName, out var value)
            || !ulong.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)) return null;
        foreach (var backend in backends)
            if (backend.Id == id)
                return backend;
        return null;
    }
}
