using System.Globalization;
using Edge.Foundation.Configuration;
using Edge.Io;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Edge.Orb.Handlers;

/// <summary><c>StaticFiles</c>: the files of a folder, with the conditions and ranges of RFC 9110.</summary>
internal sealed class StaticFilesHandler
{
    private const int ChunkSize = 64 * 1024;
    private const int LongestPath = 2048;

    private readonly RootFolder _root;
    private readonly string _index;
    private readonly bool _hasSpaFallback;
    private readonly bool _usesPrecompressed;

    private StaticFilesHandler(StaticFiles files, RootFolder root)
    {
        _root = root;
        _index = files.Index;
        _hasSpaFallback = files.SpaFallback;
        _usesPrecompressed = files.Precompressed;
    }

    /// <exception cref="OrbException">The folder cannot be opened.</exception>
    public static RequestDelegate Compile(StaticFiles files, OrbServices services)
    {
        try
        {
            var root = new RootFolder(files.Root, files.FollowSymlinks, services.Time);
            services.Stopping.Register(root.Dispose);
            return new StaticFilesHandler(files, root).Handle;
        }
        catch (IOException failure)
        {
            throw new OrbException($"`StaticFiles`: {failure.Message}", "Set `root` to a folder that edge may read, or make it.", inner: failure);
        }
    }

    private Task Handle(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }
        var path = request.Path.Value.AsSpan();
        if (!IsServed(path))
            return NotFound(context);

        path = path[1..];
        var isFolder = path.IsEmpty || path[^1] == '/';
        var name = isFolder ? string.Concat(path, _index) : null;
        var file = _root.Open(name ?? path);
        if (file is { IsFolder: true })
        {
            file.Dispose();
            file = null;
            // The index's own links are relative to the folder, so its address must end in a slash.
            if (!isFolder)
                return ToFolder(context);
        }
        if (file is null && _hasSpaFallback)
        {
            path = name = _index;
            file = _root.Open(path);
        }
        if (file is null or { IsFolder: true })
        {
            file?.Dispose();
            return NotFound(context);
        }
        return Respond(context, name ?? path, file);
    }

    // No empty segment, none that begins with a dot (hidden files, `.` and `..`) but `/.well-known/` (RFC 8615), and nothing that
    // a file system or a server behind might read as a separator or an end.
    private static bool IsServed(ReadOnlySpan<char> path)
    {
        if (path.Length is 0 or > LongestPath || path[0] != '/' || path.IndexOfAny('\\', '\0') >= 0)
            return false;
        if (path.StartsWith("/.well-known/", StringComparison.Ordinal))
            path = path["/.well-known".Length..];
        return !path.Contains("/.", StringComparison.Ordinal) && !path.Contains("//", StringComparison.Ordinal);
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task ToFolder(HttpContext context)
    {
        var request = context.Request;
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = $"{request.PathBase.ToUriComponent()}{request.Path.ToUriComponent()}/{request.QueryString.Value}";
        return Task.CompletedTask;
    }

    private Task Respond(HttpContext context, ReadOnlySpan<char> path, OpenedFile file)
    {
        var type = ContentType.Of(path);
        var headers = context.Response.Headers;
        var request = context.Request.Headers;
        string? encoding = null;
        if (_usesPrecompressed && type.IsCompressible)
        {
            headers.Vary = HeaderNames.AcceptEncoding;
            if (request.AcceptEncoding.Count > 0 && request.Range.Count == 0)
                encoding = TakePrecompressed(path, request.AcceptEncoding.ToString(), ref file);
        }
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{file.Version:x}-{file.Size:x}\"");
        headers.ETag = tag;
        headers.LastModified = HeaderUtilities.FormatDate(file.Modified);
        headers.AcceptRanges = "bytes";

        var (status, start, length) = Conditions.Evaluate(context.Request, tag, file.Modified, file.Size);
        context.Response.StatusCode = status;
        if (status is StatusCodes.Status304NotModified or StatusCodes.Status412PreconditionFailed)
        {
            file.Dispose();
            return Task.CompletedTask;
        }
        if (status == StatusCodes.Status416RangeNotSatisfiable)
        {
            headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Size}");
            file.Dispose();
            return Task.CompletedTask;
        }
        headers.ContentType = type.Value;
        if (encoding is not null)
            headers.ContentEncoding = encoding;
        if (status == StatusCodes.Status206PartialContent)
            headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{start + length - 1}/{file.Size}");
        headers.ContentLength = length;
        if (length == 0 || HttpMethods.IsHead(context.Request.Method))
        {
            file.Dispose();
            return Task.CompletedTask;
        }
        return Send(context, file, start, length);
    }

    // A copy that is older than the file was made of something else.
    private string? TakePrecompressed(ReadOnlySpan<char> path, string accepted, ref OpenedFile file)
    {
        foreach (var (encoding, suffix) in (ReadOnlySpan<(string, string)>)[("br", ".br"), ("gzip", ".gz")])
        {
            if (!AcceptedEncodings.Contains(accepted, encoding) || _root.Open(string.Concat(path, suffix)) is not { } copy)
                continue;
            if (!copy.IsFolder && copy.Version >= file.Version)
            {
                file.Dispose();
                file = copy;
                return encoding;
            }
            copy.Dispose();
        }
        return null;
    }

    private static Task Send(HttpContext context, OpenedFile file, long start, long length)
    {
        // What fits one chunk is read at once and goes out with the head.
        if (length > ChunkSize)
            return SendChunks(context, file, start, length);
        try
        {
            var writer = context.Response.BodyWriter;
            while (length > 0)
            {
                var read = ReadChunk(file, writer.GetMemory((int)Math.Min(length, 4096)).Span, start, length);
                writer.Advance(read);
                start += read;
                length -= read;
            }
        }
        finally
        {
            file.Dispose();
        }
        return Task.CompletedTask;
    }

    private static async Task SendChunks(HttpContext context, OpenedFile file, long start, long length)
    {
        using (file)
        {
            context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
            var writer = context.Response.BodyWriter;
            while (length > 0)
            {
                var read = ReadChunk(file, writer.GetMemory(ChunkSize).Span, start, length);
                writer.Advance(read);
                start += read;
                length -= read;
                var flushed = await writer.FlushAsync(context.RequestAborted);
                if (flushed.IsCompleted)
                    return;
            }
        }
    }

    private static int ReadChunk(OpenedFile file, Span<byte> buffer, long start, long length)
    {
        var read = file.Read(length < buffer.Length ? buffer[..(int)length] : buffer, start);
        // The length is promised already: only breaking off tells the client that this is not all.
        return read > 0 ? read : throw new IOException("a file became shorter while it was sent");
    }
}
