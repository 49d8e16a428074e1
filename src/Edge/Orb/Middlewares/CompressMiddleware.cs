using Edge.Foundation.Configuration;
using Edge.Orb.Handlers;
using Edge.Orb.Matching;
using Edge.Orb.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using CompressionLevel = System.IO.Compression.CompressionLevel;
using SchemaLevel = Edge.Foundation.Configuration.CompressionLevel;

namespace Edge.Orb.Middlewares;

/// <summary>
/// <c>Compress</c>: responses in an encoding that the client likes. The encoders are the platform's; its middleware is not used, because it
/// knows no least size and no <c>no-transform</c>, and leaves strong entity tags on what it has changed.
/// </summary>
internal sealed class CompressMiddleware
{
    private static readonly string[] s_types =
    [
        "text/*", "application/json", "application/*+json", "application/javascript", "application/x-javascript",
        "application/xml", "application/*+xml", "application/wasm", "image/svg+xml",
    ];

    private readonly string[] _encodings;
    private readonly Glob[] _types;
    private readonly long _least;
    private readonly RequestDelegate _next;
    private readonly Func<object, Task> _tell;

    private CompressMiddleware(Compress record, RequestDelegate next)
    {
        _encodings = record.Algorithms.IsEmpty ? ["br", "gzip"] : [.. record.Algorithms.Select(one => one == CompressionAlgorithm.Br ? "br" : "gzip")];
        _types = [.. (record.Types.IsEmpty ? s_types : record.Types.AsEnumerable()).Select(type => new Glob(type, ignoreCase: true))];
        _least = record.MinSize;
        Level = record.Level switch
        {
            SchemaLevel.Fastest => CompressionLevel.Fastest,
            SchemaLevel.Optimal => CompressionLevel.Optimal,
            _ => CompressionLevel.SmallestSize,
        };
        _next = next;
        _tell = Tell;
    }

    public CompressionLevel Level { get; }

    public static RequestDelegate Compile(Compress record, OrbServices services, RequestDelegate next) => new CompressMiddleware(record, next).Handle;

    /// <summary>Whether a response would be compressed for a client that likes it.</summary>
    public bool IsWorthIt(HttpResponse response)
    {
        var headers = response.Headers;
        // A part of a representation, or what has no content, stays as it is; so does what is encoded already, and what must not be changed
        // on its way (RFC 9111, section 5.2.2.6).
        return response.StatusCode is >= 200 and not (204 or 205 or 206 or 304)
            && headers.ContentEncoding.Count == 0
            && headers.ContentRange.Count == 0
            && !(response.ContentLength is { } length && (length < _least || length == 0))
            && !HeaderRules.HasWord(headers.CacheControl, "no-transform")
            && HasType(response.ContentType);
    }

    /// <summary>What the head of a compressed response says in place of what the handler has said.</summary>
    public static void Announce(IHeaderDictionary headers, string encoding)
    {
        headers.ContentEncoding = encoding;
        headers.ContentLength = null;
        Vary.Add(headers, "Accept-Encoding");
        // Byte positions and digests were those of the other form.
        headers.Remove("Accept-Ranges");
        headers.Remove("Content-MD5");
        headers.Remove("Content-Digest");
        headers.Remove("Repr-Digest");
        // Another compressor, or another version of this one, makes other bytes of the same content (RFC 9110, section 8.8.1).
        if (headers.ETag is [['"', ..] strong])
            headers.ETag = "W/" + strong;
    }

    private Task Handle(HttpContext context)
    {
        context.Response.OnStarting(_tell, context);
        var accepted = context.Request.Headers.AcceptEncoding;
        var encoding = accepted.Count == 0 || HttpMethods.IsHead(context.Request.Method) ? null : Choose(accepted);
        return encoding is null ? _next(context) : Compressed(context, encoding);
    }

    private async Task Compressed(HttpContext context, string encoding)
    {
        var inner = context.Features.Get<IHttpResponseBodyFeature>()!;
        using var body = new CompressedBody(this, context, inner, encoding);
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await _next(context);
            body.Finish();
        }
        finally
        {
            context.Features.Set(inner);
        }
    }

    // Where nothing was compressed, caches still learn that it could have been, and HEAD and 304 say what GET and 200 would have said.
    private Task Tell(object state)
    {
        var context = (HttpContext)state;
        var response = context.Response;
        if (response.StatusCode == StatusCodes.Status304NotModified)
            Weaken(context.Request.Headers.IfNoneMatch, response.Headers);
        else if (!IsWorthIt(response))
            return Task.CompletedTask;
        else if (HttpMethods.IsHead(context.Request.Method) && Choose(context.Request.Headers.AcceptEncoding) is { } encoding)
            Announce(response.Headers, encoding);
        else
            Vary.Add(response.Headers, "Accept-Encoding");
        return Task.CompletedTask;
    }

    // The client has the compressed form: its tag is the weak one.
    private static void Weaken(StringValues known, IHeaderDictionary headers)
    {
        if (headers.ETag is [['"', ..] strong] && known.ToString().Contains("W/" + strong, StringComparison.Ordinal))
        {
            headers.ETag = "W/" + strong;
            Vary.Add(headers, "Accept-Encoding");
        }
    }

    /// <returns>The encoding that the client likes best, of several the first of ours; null: it likes none, or likes the plain form better.</returns>
    private string? Choose(StringValues accepted)
    {
        var value = accepted.ToString();
        string? best = null;
        // What is listed under no name is as acceptable as anything (RFC 9110, section 12.5.3), but is no wish.
        var weight = value.Contains("identity", StringComparison.OrdinalIgnoreCase) ? AcceptedEncodings.WeightOf(value, "identity") : 0;
        foreach (var encoding in _encodings)
        {
            var own = AcceptedEncodings.WeightOf(value, encoding);
            if (own > 0 && (best is null ? own >= weight : own > weight))
                (best, weight) = (encoding, own);
        }
        return best;
    }

    private bool HasType(ReadOnlySpan<char> type)
    {
        var parameters = type.IndexOf(';');
        var media = (parameters < 0 ? type : type[..parameters]).Trim();
        foreach (var one in _types)
            if (one.IsMatch(media))
                return true;
        return false;
    }
}
