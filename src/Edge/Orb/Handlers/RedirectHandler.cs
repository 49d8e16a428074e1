using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Handlers;

/// <summary><c>Redirect</c>: sends the client elsewhere.</summary>
internal static class RedirectHandler
{
    public static RequestDelegate Compile(Redirect redirect, OrbServices services)
    {
        var status = redirect.Status;
        var to = redirect.To;
        if (!redirect.KeepPath)
            return context => Answer(context, status, to);

        // What the target has of its own stays where it is: the path goes before its query and fragment.
        var end = to.AsSpan().IndexOfAny('?', '#');
        var rest = end < 0 ? "" : to[end..];
        var target = (end < 0 ? to : to[..end]).TrimEnd('/');
        return context =>
        {
            var path = context.Request.Path.ToUriComponent();
            var query = context.Request.QueryString.Value ?? "";
            if (rest.StartsWith('?') && query.StartsWith('?'))
                query = "&" + query[1..];
            // `//host/` is another server's address to a browser, and so is `/\host`: an empty target gets no path that begins so.
            if (target.Length == 0)
                path = "/" + path.TrimStart('/', '\\');
            var fragment = rest.IndexOf('#', StringComparison.Ordinal);
            var location = fragment < 0 ? target + path + rest + query : target + path + rest[..fragment] + query + rest[fragment..];
            return Answer(context, status, location);
        };
    }

    private static Task Answer(HttpContext context, int status, string location)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
