using System.Text.RegularExpressions;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary>
/// <c>Rewrite</c>: the decoded path as everything inside sees it. A prefix is whole segments, so that <c>/api</c> is not taken off
/// <c>/apiary</c>; what comes out begins with a slash and has no <c>..</c> in it, whatever the expression made.
/// </summary>
internal sealed class RewriteMiddleware
{
    private readonly string? _stripped;
    private readonly Regex? _expression;
    private readonly string _replacement;
    private readonly string? _added;
    private readonly RequestDelegate _next;

    private RewriteMiddleware(Rewrite record, RequestDelegate next)
    {
        _stripped = record.StripPrefix?.TrimEnd('/');
        // The schema lets only such through that need no backtracking: linear time, whatever a client sends.
        _expression = record.Regex is { } expression ? new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant) : null;
        _replacement = record.Replacement ?? "";
        _added = record.AddPrefix?.TrimEnd('/');
        _next = next;
    }

    public static RequestDelegate Compile(Rewrite record, OrbServices services, RequestDelegate next) => new RewriteMiddleware(record, next).Handle;

    private Task Handle(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var rewritten = Rewritten(path);
        if (!ReferenceEquals(rewritten, path))
            context.Request.Path = new PathString(rewritten);
        return _next(context);
    }

    private string Rewritten(string path)
    {
        // `OPTIONS *` has no path.
        if (path.Length == 0)
            return path;
        var result = path;
        if (_stripped is { Length: > 0 } prefix && result.StartsWith(prefix, StringComparison.Ordinal) && (result.Length == prefix.Length || result[prefix.Length] == '/'))
            result = result.Length == prefix.Length ? "/" : result[prefix.Length..];
        if (_expression is not null)
            result = _expression.Replace(result, _replacement);
        if (!result.StartsWith('/'))
            result = "/" + result;
        if (_added is { Length: > 0 })
            result = _added + result;
        return ReferenceEquals(result, path) ? path : DotSegments.Remove(result);
    }
}
