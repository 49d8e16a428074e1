using System.Buffers;
using Edge.Io;

namespace Edge.Node.Networks;

/// <summary>A connection of a network as a stream: what HTTP clients take.</summary>
internal sealed class TunnelStream(TunnelConnection connection) : ConnectionStream
{
    // What is copied before the netstack is asked whether it takes more.
    private const int WriteStep = 64 * 1024;

    // Whoever disposes waits until nobody copies out of the connection's blocks, or into them.
    private readonly Lock _copying = new();
    private bool _isDisposed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var read = await connection.Input.ReadAsync(cancellationToken);
                lock (_copying)
                {
                    ObjectDisposedException.ThrowIf(_isDisposed, this);
                    var bytes = read.Buffer.Slice(0, Math.Min(buffer.Length, read.Buffer.Length));
                    bytes.CopyTo(buffer.Span);
                    // What was given back is another connection's a moment later: a length that is asked for then is anything.
                    var (count, isEnough) = ((int)bytes.Length, read.IsCompleted || (buffer.IsEmpty && !read.Buffer.IsEmpty));
                    connection.Input.AdvanceTo(bytes.End);
                    if (count > 0 || isEnough)
                        return count;
                }
            }
            catch (InvalidOperationException) when (_isDisposed)
            {
                throw new ObjectDisposedException(nameof(TunnelStream));
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var step = Math.Min(buffer.Length, WriteStep);
            lock (_copying)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                connection.Output.Write(buffer.Span[..step]);
            }
            buffer = buffer[step..];
            var flushed = await connection.Output.FlushAsync(cancellationToken);
            if (flushed.IsCompleted)
                throw connection.Failure();
        }
    }

    /// <summary>Nothing more is written; reading goes on.</summary>
    public void FinishWriting() => connection.Output.Complete();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    protected override void Dispose(bool disposing)
    {
        lock (_copying)
            _isDisposed = true;
        if (disposing)
            connection.Release();
        base.Dispose(disposing);
    }
}
