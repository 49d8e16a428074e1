using System.Buffers;
using System.Net.Http.Headers;
using Edge.Io.Http;

namespace Edge.Orb.Proxy.Http2;

/// <summary>A response of the platform's client.</summary>
internal sealed class Http2Response : UpstreamResponse
{
    /// <summary>How much is read at once.</summary>
    private const int Room = 64 * 1024;

    private readonly HttpResponseMessage _message;
    private readonly CancellationToken _cancellation;
    private Stream? _body;
    private byte[]? _buffer;
    private bool _isLent;
    private HeaderFields? _trailers;

    /// <param name="message">Owned, also where this throws.</param>
    /// <param name="cancellation">Ends the body.</param>
    /// <exception cref="HttpRuleException">The header has what HTTP does not allow.</exception>
    public Http2Response(HttpResponseMessage message, CancellationToken cancellation)
    {
        (_message, _cancellation) = (message, cancellation);
        Add(Fields, message.Headers);
        Add(Fields, message.Content.Headers);
        foreach (var (name, value) in Fields.All)
        {
            if (HeaderRules.IsWritable(value) && (ContentLength is not null || !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))) continue;
            message.Dispose();
            throw new HttpRuleException($"the value of its header field {name} is not allowed in HTTP");
        }
    }

    public override int Status => (int)_message.StatusCode;

    public override HeaderFields Fields { get; } = new();

    public override long? ContentLength => _message.Content.Headers.ContentLength;

    public override HeaderFields? Trailers => _trailers;

    public override async ValueTask<ReadOnlyMemory<byte>> Read()
    {
        _body ??= await _message.Content.ReadAsStreamAsync(_cancellation);
        // An empty read waits without a buffer: a stream that is idle for hours holds no memory.
        var ready = _body.ReadAsync(Memory<byte>.Empty, _cancellation);
        if (!ready.IsCompleted) Release();
        await ready;
        _buffer ??= ArrayPool<byte>.Shared.Rent(Room);
        _isLent = true;
        var length = await _body.ReadAsync(_buffer, _cancellation);
        _isLent = false;
        if (length > 0) return _buffer.AsMemory(0, length);
        Add(_trailers = new(), _message.TrailingHeaders);
        return default;
    }

    public override Stream Switch() => throw new NotSupportedException("HTTP/2 switches no protocols");

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        Release();
        _message.Dispose();
    }

    private static void Add(HeaderFields fields, HttpHeaders headers)
    {
        foreach (var (name, values) in headers.NonValidated)
            foreach (var value in values)
                fields.Add(name, value);
    }

    private void Release()
    {
        // A read that nobody waited for may still be writing there: then it is nobody else's.
        if (_buffer is not null && !_isLent) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }
}
