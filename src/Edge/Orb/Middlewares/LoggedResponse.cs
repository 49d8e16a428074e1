using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Edge.Orb.Middlewares;

/// <summary>What the access log will tell about one request: as the client sent it, before anything inside changed it, and how much went back.</summary>
internal sealed class LoggedResponse : PipeWriter, IHttpResponseBodyFeature
{
    private readonly AccessLogMiddleware _log;
    private readonly IHttpResponseBodyFeature _inner;
    private Stream? _stream;

    public LoggedResponse(AccessLogMiddleware log, HttpContext context, DateTimeOffset time, long began)
    {
        _log = log;
        Context = context;
        Time = time;
        Began = began;
        _inner = context.Features.Get<IHttpResponseBodyFeature>()!;
        var request = context.Request;
        Target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        Host = request.Host;
        Referrer = request.Headers.Referer.Count > 0 ? request.Headers.Referer.ToString() : null;
        Agent = request.Headers.UserAgent.Count > 0 ? request.Headers.UserAgent.ToString() : null;
    }

    public HttpContext Context { get; }

    /// <summary>When the request came in.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The same as a timestamp of the log's clock.</summary>
    public long Began { get; }

    /// <summary>The request's target as it was written, query included.</summary>
    public string Target { get; }

    public HostString Host { get; }

    /// <summary>One character for each byte; null: the client sent none.</summary>
    public string? Referrer { get; }

    /// <summary>One character for each byte; null: the client sent none.</summary>
    public string? Agent { get; }

    /// <summary>The body's bytes that were handed to the connection, without framing.</summary>
    public long BytesSent { get; private set; }

    public PipeWriter Writer => this;

    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    public override bool CanGetUnflushedBytes => _inner.Writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => _inner.Writer.UnflushedBytes;

    /// <summary>Writes the line; to be called when the response is over.</summary>
    public void Log() => _log.Write(this);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _inner.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _inner.Writer.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        _inner.Writer.Advance(bytes);
        BytesSent += bytes;
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        BytesSent += source.Length;
        return _inner.Writer.WriteAsync(source, cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => _inner.Writer.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => _inner.Writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _inner.Writer.Complete(exception);

    public void DisableBuffering() => _inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _inner.StartAsync(cancellationToken);

    Task IHttpResponseBodyFeature.CompleteAsync() => _inner.CompleteAsync();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);
}
