using Edge.Foundation.Wire;
using Edge.Protocols.Control.Noise;

namespace Edge.Io.Control;

/// <summary>
/// The plaintext of a control channel as a stream: what is written is cut into records and sealed, what arrives is opened. One reader and one
/// writer may be at work at once. It owns the connection and the channel.
/// </summary>
internal sealed class ControlStream : ConnectionStream
{
    // As many records as go into one write: HTTP/2 writes its frames of 16 KiB at once.
    private const int MostRecords = 4;

    private readonly Stream _inner;
    private readonly ControlChannel _channel;
    private readonly byte[] _received = new byte[4 * ControlNoiseHeader.MostFrameBytes];
    private readonly byte[] _sent = new byte[MostRecords * ControlNoiseHeader.MostFrameBytes];
    private int _start;
    private int _end;
    private Memory<byte> _plaintext;

    /// <param name="inner">Behind the handshake.</param>
    /// <param name="channel">Open.</param>
    /// <param name="behind">What arrived behind the handshake already; at most one frame's size.</param>
    public ControlStream(Stream inner, ControlChannel channel, ReadOnlySpan<byte> behind)
    {
        (_inner, _channel) = (inner, channel);
        behind.CopyTo(_received);
        _end = behind.Length;
    }

    /// <exception cref="IOException">The connection failed, or a record was not genuine.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A read of nothing waits until there is something: HttpClient asks so.
        while (_plaintext.IsEmpty)
        {
            if (Open()) continue;
            if (_start > 0)
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }
            var read = await _inner.ReadAsync(_received.AsMemory(_end), cancellationToken);
            if (read == 0)
                return _end == 0 ? 0 : throw new EndOfStreamException("the control connection ended inside of a record");
            _end += read;
        }
        var size = Math.Min(buffer.Length, _plaintext.Length);
        _plaintext[..size].CopyTo(buffer);
        _plaintext = _plaintext[size..];
        return size;
    }

    /// <summary>Puts back what was read too far; what waits behind it is read after it.</summary>
    public void Unread(ReadOnlySpan<byte> bytes)
    {
        byte[] joined = [.. bytes, .. _plaintext.Span];
        _plaintext = joined;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var size = 0;
            for (var i = 0; i < MostRecords && !buffer.IsEmpty; i++)
            {
                var piece = Math.Min(buffer.Length, ControlChannel.MostPlaintext);
                size += _channel.Seal(buffer.Span[..piece], _sent.AsSpan(size));
                buffer = buffer[piece..];
            }
            await _inner.WriteAsync(_sent.AsMemory(0, size), cancellationToken);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _channel.Dispose();
        }
        base.Dispose(disposing);
    }

    private bool Open()
    {
        var verdict = _channel.Open(_received.AsSpan(_start, _end - _start), out var size, out var opened);
        if (verdict == ControlOpenVerdict.NeedMore) return false;
        if (verdict != ControlOpenVerdict.Opened)
            throw new IOException($"the control channel is broken: {verdict}");
        _plaintext = _received.AsMemory(_start + ControlNoiseHeader.Size, opened.Length);
        _start += size;
        return true;
    }
}
