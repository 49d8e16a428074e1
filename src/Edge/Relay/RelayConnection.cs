using System.Buffers;
using System.Net.WebSockets;
using Edge.Io.OpenSsl;
using Edge.Protocols.Derp;

namespace Edge.Relay;

/// <summary>
/// One client's connection. Its own thread reads; whoever queues something for it writes, one at a time.
/// </summary>
internal sealed class RelayConnection(RelayHub hub, RelayClient client, Stream stream, Action abort)
{
    /// <summary>A TLS record's text.</summary>
    private const int ReadSize = 16 * 1024;

    /// <summary>Writes in a row, in a thread that should be reading for another client.</summary>
    private const int WritesInARow = 8;

    /// <summary>Reads in a row for which others wait.</summary>
    private const int ReadsInARow = 8;

    private TaskCompletionSource? _decided;
    private volatile bool _isAborted;
    private RelayConnection? _toWrite;
    private int _readsBeforeWriting;

    public RelayClient Client { get; } = client;

    // Chains of RelayWork.
    public RelayConnection? NextToWrite { get; set; }

    public RelayConnection? NextToEnd { get; set; }

    public RelayConnection? NextToAsk { get; set; }

    /// <summary>Under the hub's lock: a write is under way.</summary>
    public bool IsWriting { get; set; }

    /// <summary>Under the hub's lock: completes when none is any more; null: nobody waits for that.</summary>
    public TaskCompletionSource? Written { get; set; }

    /// <summary>Reads until the connection ends.</summary>
    /// <param name="early">What came with the request. Not held for as long as the client is here.</param>
    /// <param name="cancellation">The connection's end, where it is not told by the stream.</param>
    public Task Run(ReadOnlyMemory<byte> early, CancellationToken cancellation) => Run(Give(early, cancellation), cancellation);

    /// <summary>Something waits for the client. No two threads are here at once: the relay says it again only when all was taken.</summary>
    public void Write() => _ = WriteAll();

    /// <summary>Ends the connection at once.</summary>
    public void Abort()
    {
        _isAborted = true;
        abort();
        GoOn();
    }

    /// <summary>Whether it is admitted is being asked.</summary>
    public void Ask() => _decided = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>That is decided.</summary>
    public void GoOn() => _decided?.TrySetResult();

    private async Task Run(ValueTask<bool> beginning, CancellationToken cancellation)
    {
        try
        {
            if (await beginning)
                await (stream is TlsStream direct ? Read(direct, cancellation) : Read(cancellation));
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Clients hang up whenever they like.
        }
        finally
        {
            WriteToOthers();
            await hub.End(this);
        }
    }

    private async Task Read(CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            while (true)
            {
                var read = stream.ReadAsync(buffer.AsMemory(0, ReadSize), cancellation);
                if (!read.IsCompleted)
                    WriteToOthers();
                var length = await read;
                if (length == 0 || !await Give(buffer.AsMemory(0, length), cancellation))
                    return;
                if (++_readsBeforeWriting < ReadsInARow)
                    continue;
                WriteToOthers();
                await Task.Yield();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // It holds no buffer while it waits. It tries before that: TLS may hold more than was read with the request, and nobody tells of that again.
    private async Task Read(TlsStream direct, CancellationToken cancellation)
    {
        while (true)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
            try
            {
                int length;
                do
                {
                    length = direct.TryRead(buffer.AsSpan(0, ReadSize));
                    if (length < 0 || (length > 0 && !await Give(buffer.AsMemory(0, length), cancellation)))
                        return;
                    if (++_readsBeforeWriting < ReadsInARow)
                        continue;
                    WriteToOthers();
                    // Whoever sends without end is one of many.
                    await Task.Yield();
                }
                while (length == ReadSize);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
            WriteToOthers();
            await direct.WaitToRead();
        }
    }

    /// <summary>While there is more to read, what was read gathers, and leaves in fewer and fuller writes.</summary>
    private void WriteToOthers()
    {
        var connection = _toWrite;
        _toWrite = null;
        _readsBeforeWriting = 0;
        RelayHub.WriteTo(connection);
    }

    private void Gather(RelayConnection? connections)
    {
        while (connections is not null)
        {
            var next = connections.NextToWrite;
            connections.NextToWrite = _toWrite;
            _toWrite = connections;
            connections = next;
        }
    }

    /// <summary>Hands bytes to the relay, waiting where the client must.</summary>
    /// <returns>False: the client is closed.</returns>
    private async ValueTask<bool> Give(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (true)
        {
            bytes = bytes[hub.Handle(this, bytes.Span, out var toWrite)..];
            Gather(toWrite);
            if (Client.State == RelayClientState.Closed || _isAborted)
                return false;
            if (bytes.IsEmpty)
                return true;
            WriteToOthers();
            if (Client.State == RelayClientState.AwaitingVerdict)
                await _decided!.Task.WaitAsync(cancellation);
            else if (RelayHub.WaitOf(Client) is var wait && wait > TimeSpan.Zero)
                await Pause(wait, cancellation);
        }
    }

    private async Task Pause(TimeSpan wait, CancellationToken cancellation)
    {
        Ask();
        if (!_isAborted)
            await Task.WhenAny(Task.Delay(wait, cancellation), _decided!.Task);
    }

    private async Task WriteAll()
    {
        var bytes = hub.BeginWrite(this);
        for (var writes = 1; !bytes.IsEmpty; writes++)
        {
            var isWritten = true;
            try
            {
                await stream.WriteAsync(bytes);
            }
            catch (Exception)
            {
                // Whatever it was: a write that never ends would hold the connection for ever.
                isWritten = false;
            }
            // Who is told that this one left may have left too: that is done from the pool, lest many in a row fill the stack.
            if (!isWritten)
                await Task.Yield();
            bytes = hub.GoOnWriting(this, isWritten);
            if (writes % WritesInARow == 0 && !bytes.IsEmpty)
                await Task.Yield();
        }
    }

    // A stream over a WebSocket that was closed cannot be read (NotSupportedException).
    private static bool IsEnd(Exception e) =>
        e is IOException or OperationCanceledException or ObjectDisposedException or WebSocketException or InvalidOperationException or NotSupportedException;
}
