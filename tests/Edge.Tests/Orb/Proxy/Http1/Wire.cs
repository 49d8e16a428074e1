using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Edge.Io;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>
/// A connection of which the test is the upstream. What the test does to it has happened when its method returns: nothing is under way, as on
/// a socket.
/// </summary>
internal sealed class Wire : ConnectionStream
{
    private readonly Pipe _down = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _up;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isClosed;
    private Exception? _broken;

    /// <param name="room">How much of a request the upstream takes before it reads, in bytes.</param>
    public Wire(int room = 1 << 20) =>
        _up = new(new PipeOptions(pauseWriterThreshold: room, resumeWriterThreshold: room / 2, useSynchronizationContext: false));

    /// <summary>The client has closed it.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Whether whoever reads next is told at once that there is no connection, as of a stream that somebody has disposed.</summary>
    public bool IsGone { get; set; }

    /// <summary>How much room the read has that is under way, in bytes; -1: none is.</summary>
    public int Reading { get; private set; } = -1;

    /// <summary>The largest room that a read had, in bytes.</summary>
    public int LargestRead { get; private set; }

    /// <summary>How often the client has written.</summary>
    public int Writes { get; private set; }

    /// <summary>Once the client has closed it.</summary>
    public Task Closed => _closed.Task.WaitAsync(Limits.Generous);

    /// <summary>What the client has written, through these words.</summary>
    public async Task<string> Asked(string end = "\r\n\r\n")
    {
        while (true)
        {
            var read = await _up.Reader.ReadAsync().AsTask().WaitAsync(Limits.Generous);
            var text = Encoding.Latin1.GetString(read.Buffer);
            var at = text.IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                _up.Reader.AdvanceTo(read.Buffer.GetPosition(at + end.Length));
                return text[..(at + end.Length)];
            }
            _up.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted) throw new InvalidOperationException($"the client closed the connection after: {text}");
        }
    }

    /// <summary>The upstream says this.</summary>
    public void Say(string text) => _down.Writer.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask().GetAwaiter().GetResult();

    /// <summary>The upstream says no more; it still reads.</summary>
    public void End() => _down.Writer.Complete();

    /// <summary>The upstream is gone: what it said comes, then the connection breaks, in both directions.</summary>
    /// <param name="fault">What the client is told; null: what a socket's stream says.</param>
    public void Break(Exception? fault = null)
    {
        _broken = fault ?? new IOException("reset by the test");
        _up.Reader.Complete();
        _down.Writer.Complete();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isClosed || IsGone, this);
        return Read(buffer, cancellationToken);
    }

    private async ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Reading = buffer.Length;
        LargestRead = Math.Max(LargestRead, buffer.Length);
        try
        {
            var read = await _down.Reader.ReadAsync(cancellationToken);
            ObjectDisposedException.ThrowIf(read.IsCanceled || _isClosed, this);
            if (read.Buffer.IsEmpty && _broken is not null) throw _broken;
            var bytes = read.Buffer.Slice(0, Math.Min(buffer.Length, read.Buffer.Length));
            bytes.CopyTo(buffer.Span);
            var count = (int)bytes.Length;
            _down.Reader.AdvanceTo(bytes.End);
            return count;
        }
        finally
        {
            Reading = -1;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        Writes++;
        var flushed = await _up.Writer.WriteAsync(buffer, cancellationToken);
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (flushed.IsCompleted) throw new IOException("the upstream reads no more");
    }

    protected override void Dispose(bool disposing)
    {
        if (_isClosed) return;
        _isClosed = true;
        _down.Reader.CancelPendingRead();
        _up.Writer.CancelPendingFlush();
        _closed.TrySetResult();
        base.Dispose(disposing);
    }
}
