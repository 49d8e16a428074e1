using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;

namespace Edge.Orb;

/// <summary>What the HTTP server reads and writes in the clear of a connection that has TLS.</summary>
internal sealed class EncryptedTransport : IDuplexPipe, IAsyncDisposable
{
    // What a record holds at most (RFC 8446, section 5.1): a response of many pieces is gathered to whole ones.
    private const int RecordSize = 16 * 1024;

    private const int BlockSize = 4096;

    /// <param name="stream">After its handshake. Not closed with this.</param>
    /// <param name="blocks">The transport's own.</param>
    public EncryptedTransport(SslStream stream, MemoryPool<byte> blocks)
    {
        // A connection that waits holds no buffer: it waits with an empty one.
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(blocks, BlockSize, BlockSize / 2, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(MemoryPool<byte>.Shared, RecordSize, leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync();
        await Output.CompleteAsync();
    }
}
