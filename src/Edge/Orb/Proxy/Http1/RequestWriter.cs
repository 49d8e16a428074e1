using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Edge.Io;
using Edge.Io.Http;

namespace Edge.Orb.Proxy.Http1;

/// <summary>
/// Writes one request: the head, then the body as what is written to this stream. Both wait in one buffer, so that a small request is one
/// write to the connection.
/// </summary>
/// <param name="connection">Where to.</param>
internal sealed class RequestWriter(Stream connection) : ConnectionStream
{
    private const int Room = 4096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Room);
    private int _length;
    private bool _isChunked;

    /// <summary>What is to come of a body whose length was told, in bytes.</summary>
    private long _left;

    /// <summary>The request line and the header (RFC 9112, sections 3 and 5).</summary>
    /// <param name="request">Without what is about the connection.</param>
    /// <param name="authority">The upstream's own name.</param>
    /// <exception cref="HttpRuleException">A value cannot be sent.</exception>
    public void WriteHead(UpstreamRequest request, string authority)
    {
        Add(request.Method);
        Add(" ");
        Add(request.Target);
        Add(" HTTP/1.1\r\nHost: ");
        Add(request.Host ?? authority);
        Add("\r\n");
        foreach (var (name, value) in request.Fields.All)
        {
            // Kestrel takes names that are none, such as `Transfer-Encoding\v`, which the server refuses before it comes to a proxy: what an
            // upstream would make of one is not to be found out here either.
            if (!FieldNames.IsToken(name)) continue;
            // What middleware put there was not read from the wire, where Kestrel looks at each byte.
            if (!HeaderRules.IsWritable(value)) throw new HttpRuleException($"the value of the request's header field {name} is not allowed in HTTP");
            Add(name);
            Add(": ");
            Add(value);
            Add("\r\n");
        }
        if (request.ExpectsContinue) Add("Expect: 100-continue\r\n");
        if (request.Body is not null && request.ContentLength is null)
        {
            _isChunked = true;
            Add("Transfer-Encoding: chunked\r\n");
        }
        else if (request.ContentLength is { } length)
        {
            Add("Content-Length: ");
            AddNumber(length, 'D');
            _left = length;
            Add("\r\n");
        }
        Add("\r\n");
    }

    /// <summary>A piece of the body: a chunk, where its length is not known (section 7.1).</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return;
        if (_isChunked)
        {
            AddNumber(buffer.Length, 'x');
            Add("\r\n");
        }
        else if ((_left -= buffer.Length) < 0)
        {
            // It would be the next request.
            throw new HttpRuleException("the request's body is longer than its length");
        }
        if (buffer.Length <= _buffer.Length - _length)
        {
            buffer.CopyTo(_buffer.AsMemory(_length));
            _length += buffer.Length;
        }
        else
        {
            await FlushAsync(cancellationToken);
            await connection.WriteAsync(buffer, cancellationToken);
        }
        if (_isChunked) Add("\r\n");
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        var length = _length;
        _length = 0;
        return length == 0 ? Task.CompletedTask : connection.WriteAsync(_buffer.AsMemory(0, length), cancellationToken).AsTask();
    }

    /// <summary>The body is whole: sends what is left.</summary>
    /// <exception cref="HttpRuleException">It is shorter than its length: the next request would be taken for its end.</exception>
    public Task Finish(CancellationToken cancellation)
    {
        if (_left > 0) throw new HttpRuleException("the request's body is shorter than its length");
        if (_isChunked) Add("0\r\n\r\n");
        return FlushAsync(cancellation);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        base.Dispose(disposing);
    }

    private void Add(string text)
    {
        Grow(text.Length);
        _length += Encoding.Latin1.GetBytes(text, _buffer.AsSpan(_length));
    }

    private void AddNumber(long number, char format)
    {
        Grow(20);
        _ = Utf8Formatter.TryFormat(number, _buffer.AsSpan(_length), out var written, format);
        _length += written;
    }

    private void Grow(int count)
    {
        if (_buffer.Length - _length >= count) return;
        var larger = ArrayPool<byte>.Shared.Rent(_length + count);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
