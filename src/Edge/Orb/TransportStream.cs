using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Edge.Io;

namespace Edge.Orb;

/// <summary>
/// A connection's transport as the stream that TLS works on. What is written goes out when it is flushed or enough has gathered: TLS
/// writes record after record of one response, and a system call for each would cost as much as their encryption.
/// </summary>
/// <param name="transport">Stays its owner's: closing the stream leaves it open.</param>
internal sealed class TransportStream(IDuplexPipe transport) : ConnectionStream
{
    // Four whole records; the transport holds back its writer from there on.
    private const int MostUnflushed = 64 * 1024;

    private readonly PipeReader _input = transport.Input;
    private readonly PipeWriter _output = transport.Output;

    /// <summary>What has come in, at least a byte of it; 0 at the end. An empty <paramref name="buffer"/> waits until there is something.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = await _input.ReadAsync(cancellationToken);
            if (read.IsCanceled)
                throw new OperationCanceledException("the connection is to end");
            var taken = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, buffer.Length));
            taken.CopyTo(buffer.Span);
            _input.AdvanceTo(taken.End);
            if (!read.Buffer.IsEmpty || read.IsCompleted)
                return (int)taken.Length;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _output.Write(buffer.Span);
        return _output.CanGetUnflushedBytes && _output.UnflushedBytes < MostUnflushed ? ValueTask.CompletedTask : Flush(cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        var flushed = Flush(cancellationToken);
        return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
    }

    // That nobody reads any more is the connection's to say, by its token.
    private ValueTask Flush(CancellationToken cancellation)
    {
        var flushed = _output.FlushAsync(cancellation);
        if (!flushed.IsCompletedSuccessfully)
            return Wait(flushed);
        _ = flushed.Result;
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask Wait(ValueTask<FlushResult> flushed) => await flushed;
}
