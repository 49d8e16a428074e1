using System.Buffers;
using System.Globalization;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Io;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Edge.Orb.Middlewares;

/// <summary><c>ErrorPage</c>: a page for responses that say what is wrong by their status alone, failures inside the server included.</summary>
internal sealed class ErrorPageMiddleware
{
    /// <summary>What is held in memory for good.</summary>
    private const int LargestFile = 1024 * 1024;

    private readonly byte[]?[] _pages = new byte[200][];
    private readonly string _contentType;
    private readonly RequestDelegate _next;
    private readonly Func<object, Task> _add;

    private ErrorPageMiddleware(ErrorPage record, RequestDelegate next)
    {
        HeaderValue.Check("ErrorPage", "Content-Type", record.ContentType);
        _contentType = record.ContentType;
        _next = next;
        _add = Add;
        var file = record.File is null ? null : Read(record.File);
        for (var status = 400; status < 600; status++)
            if (record.Statuses.IsEmpty || record.Statuses.Contains(status))
                _pages[status - 400] = file ?? Fill(record.Body!, status);
    }

    /// <exception cref="OrbException">The file cannot be read.</exception>
    public static RequestDelegate Compile(ErrorPage record, OrbServices services, RequestDelegate next) => new ErrorPageMiddleware(record, next).Handle;

    private async Task Handle(HttpContext context)
    {
        try
        {
            await _next(context);
        }
        catch
        {
            // Whoever catches it gives the response its status; the page is added when that begins.
            if (!context.Response.HasStarted)
                context.Response.OnStarting(_add, context);
            throw;
        }
        if (!context.Response.HasStarted)
            Write(context);
    }

    private Task Add(object context)
    {
        Write((HttpContext)context);
        return Task.CompletedTask;
    }

    private void Write(HttpContext context)
    {
        var response = context.Response;
        if (response.StatusCode is < 400 or >= 600 || _pages[response.StatusCode - 400] is not { } page)
            return;
        // A body that was written and not yet sent is one too.
        if (response.ContentLength > 0 || response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })
            return;
        var headers = response.Headers;
        headers.ContentType = _contentType;
        headers.ContentLength = page.Length;
        // They were about another content.
        headers.Remove("Content-Encoding");
        headers.Remove("ETag");
        headers.Remove("Last-Modified");
        if (!HttpMethods.IsHead(context.Request.Method))
            response.BodyWriter.Write(page);
    }

    private static byte[] Fill(string body, int status) => Encoding.UTF8.GetBytes(body
        .Replace("{status}", status.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{reason}", ReasonPhrases.GetReasonPhrase(status), StringComparison.Ordinal));

    private static byte[] Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var page = new byte[LargestFile + 1];
            var length = stream.ReadAtLeast(page, page.Length, throwOnEndOfStream: false);
            return length <= LargestFile ? page[..length] : throw new IOException("it is larger than 1 MiB");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OrbException($"`ErrorPage` cannot read `{file}`: {FileFault.Describe(failure)}", "Set `file` to a page that edge may read, or give the page as `body`.", inner: failure);
        }
    }
}
