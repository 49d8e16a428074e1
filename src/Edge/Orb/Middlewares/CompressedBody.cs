using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Edge.Orb.Middlewares;

/// <summary>
/// The body of a response that may be compressed. When the handler writes or sends for the first time, the response's head decides; what
/// is not to be compressed then passes without a copy. A flush of the handler's reaches the client: what streams goes on streaming.
/// </summary>
internal sealed class CompressedBody(CompressMiddleware terms, HttpContext context, IHttpResponseBodyFeature inner, string encoding) : PipeWriter, IHttpResponseBodyFeature, IDisposable
{
    private const int LeastBuffer = 4096;

    private Stream? _stream;
    private PipeSink? _sink;
    private Stream? _compressor;
    private byte[]? _buffer;
    private bool _isDecided;
    private bool _hasHeldBack;

    public PipeWriter Writer => this;

    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    public override bool CanGetUnflushedBytes => inner.Writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.Writer.UnflushedBytes;

    /// <summary>Writes what is held back, and the end. To be called when the handler is done.</summary>
    public void Finish()
    {
        _isDecided = true;
        _compressor?.Dispose();
        Release();
    }

    /// <summary>Drops what is held back, unless it was finished: the response is not whole.</summary>
    public void Dispose()
    {
        _isDecided = true;
        _sink?.Dispose();
        _compressor?.Dispose();
        Release();
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Decide();
        if (_compressor is null)
            return inner.Writer.GetMemory(sizeHint);
        if (_buffer is null || _buffer.Length < sizeHint)
        {
            if (_buffer is not null)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, LeastBuffer));
        }
        return _buffer;
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Decide();
        return _compressor is null ? inner.Writer.GetSpan(sizeHint) : GetMemory(sizeHint).Span;
    }

    public override void Advance(int bytes)
    {
        if (_compressor is null)
            inner.Writer.Advance(bytes);
        else
            Compress(_buffer.AsSpan(0, bytes));
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        Decide();
        if (_compressor is null)
            return inner.Writer.WriteAsync(source, cancellationToken);
        // What the compressor has made goes out, so that its buffers do not grow; what it still holds waits for more, or for a flush.
        Compress(source.Span);
        return inner.Writer.FlushAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Decide();
        if (_hasHeldBack)
        {
            _compressor!.Flush();
            _hasHeldBack = false;
        }
        return inner.Writer.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => inner.Writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        if (exception is null)
            Finish();
        else
            Dispose();
        inner.Writer.Complete(exception);
    }

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        Decide();
        return inner.StartAsync(cancellationToken);
    }

    Task IHttpResponseBodyFeature.CompleteAsync()
    {
        Finish();
        return inner.CompleteAsync();
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        Decide();
        return _compressor is null
            ? inner.SendFileAsync(path, offset, count, cancellationToken)
            : SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);
    }

    private void Compress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        _compressor!.Write(bytes);
        _hasHeldBack = true;
    }

    private void Decide()
    {
        if (_isDecided)
            return;
        _isDecided = true;
        if (!terms.IsWorthIt(context.Response))
            return;
        CompressMiddleware.Announce(context.Response.Headers, encoding);
        _sink = new PipeSink(inner.Writer);
        _compressor = encoding == "br" ? new BrotliStream(_sink, terms.Level, leaveOpen: true) : new GZipStream(_sink, terms.Level, leaveOpen: true);
    }

    private void Release()
    {
        _compressor = null;
        _hasHeldBack = false;
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }
}
