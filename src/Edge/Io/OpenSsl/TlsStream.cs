using System.Runtime.CompilerServices;
using Edge.Io.Polling;

namespace Edge.Io.OpenSsl;

/// <summary>
/// The server's side of TLS on a socket: OpenSSL reads and writes the descriptor itself, so that records are neither copied nor waited for one
/// by one, and who idles holds no buffer. One reads and one writes at a time; both may be any thread.
/// </summary>
internal sealed class TlsStream : ConnectionStream
{
    private readonly PolledSocket _socket;
    private readonly Lock _lock = new();
    private nint _session;
    private bool _isBroken;
    private bool _isOver;

    /// <param name="socket">Connected. Owned, also when this throws.</param>
    /// <param name="context">The terms.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">There is no memory.</exception>
    public TlsStream(PolledSocket socket, TlsServerContext context)
    {
        _socket = socket;
        try
        {
            _session = context.Open(socket.Descriptor);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Agrees with the client. First of all, and once.</summary>
    /// <exception cref="IOException">They do not agree, or the connection ended.</exception>
    public async ValueTask Handshake()
    {
        while (true)
        {
            switch (TryHandshake())
            {
                case LibSsl.WantRead:
                    await _socket.Readable.Wait();
                    break;
                case LibSsl.WantWrite:
                    await _socket.Writable.Wait();
                    break;
                default:
                    return;
            }
        }
    }

    /// <summary>Reads what is there, of as many records as fit.</summary>
    /// <returns>0: nothing is there. -1: nothing will come. Where the buffer is not filled, no more was there.</returns>
    public unsafe int TryRead(Span<byte> buffer)
    {
        lock (_lock)
        {
            var length = 0;
            fixed (byte* start = buffer)
            {
                while (length < buffer.Length && !_isOver)
                {
                    LibSsl.ClearErrors();
                    var read = _session == 0 ? 0 : LibSsl.Read(_session, start + length, buffer.Length - length);
                    if (read > 0)
                        length += read;
                    else if (IsToTryAgain(read))
                        break;
                    else
                        _isOver = true;
                }
            }
            return length == 0 && _isOver ? -1 : length;
        }
    }

    /// <summary>Completes when <see cref="TryRead"/>, having found no more, may find something.</summary>
    public ValueTask WaitToRead() => Volatile.Read(ref _isOver) ? ValueTask.CompletedTask : _socket.Readable.Wait();

    /// <summary>Ends the connection at once: who reads or writes finds the end. From any thread.</summary>
    public void End() => _socket.End();

    /// <summary>What has come in, at least a byte of it; 0 at the end.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var length = TryRead(buffer.Span);
        return length != 0 || buffer.IsEmpty ? ValueTask.FromResult(Math.Max(length, 0)) : WaitAndRead(buffer, cancellationToken);
    }

    /// <exception cref="IOException">The connection has ended.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var length = TryWrite(buffer.Span);
        return length == buffer.Length ? ValueTask.CompletedTask : WaitAndWrite(buffer[length..], cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Release();
        base.Dispose(disposing);
    }

    private void Release()
    {
        lock (_lock)
        {
            if (_session == 0)
                return;
            // The client is told that this is all (RFC 8446, section 6.1), where the socket takes it.
            LibSsl.ClearErrors();
            if (!_isBroken)
                _ = LibSsl.Shutdown(_session);
            LibSsl.Free(_session);
            _session = 0;
            _isOver = true;
        }
        _socket.Dispose();
        // Who waits still finds the end.
        _socket.Readable.Tell();
        _socket.Writable.Tell();
    }

    private int TryHandshake()
    {
        lock (_lock)
        {
            LibSsl.ClearErrors();
            var result = _session == 0 ? 0 : LibSsl.Accept(_session);
            if (result == 1)
                return 0;
            var error = _session == 0 ? 0 : LibSsl.GetError(_session, result);
            if (error is LibSsl.WantRead or LibSsl.WantWrite)
                return error;
            _isBroken = true;
            throw new IOException(OpenSslError.Take());
        }
    }

    /// <summary>Writes records for as long as the socket takes them.</summary>
    private unsafe int TryWrite(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            var length = 0;
            fixed (byte* start = buffer)
            {
                while (length < buffer.Length)
                {
                    LibSsl.ClearErrors();
                    var written = _session == 0 ? 0 : LibSsl.Write(_session, start + length, buffer.Length - length);
                    if (written > 0)
                        length += written;
                    else if (IsToTryAgain(written))
                        break;
                    else
                        throw new IOException("the connection has ended");
                }
            }
            return length;
        }
    }

    // A call that failed for another reason is the session's last (SSL_get_error(3)).
    private bool IsToTryAgain(int result)
    {
        if (_session == 0 || _isBroken)
            return false;
        var error = LibSsl.GetError(_session, result);
        if (error is LibSsl.WantRead or LibSsl.WantWrite)
            return true;
        // The client has no more to say, and may be listening still.
        _isBroken = error != LibSsl.SaidAll;
        return false;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAndRead(Memory<byte> buffer, CancellationToken cancellation)
    {
        using var ending = cancellation.UnsafeRegister(static socket => ((PolledSocket)socket!).Readable.Tell(), _socket);
        while (true)
        {
            await WaitToRead();
            cancellation.ThrowIfCancellationRequested();
            if (TryRead(buffer.Span) is var length and not 0)
                return Math.Max(length, 0);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAndWrite(ReadOnlyMemory<byte> rest, CancellationToken cancellation)
    {
        using var ending = cancellation.UnsafeRegister(static socket => ((PolledSocket)socket!).Writable.Tell(), _socket);
        while (!rest.IsEmpty)
        {
            await _socket.Writable.Wait();
            cancellation.ThrowIfCancellationRequested();
            rest = rest[TryWrite(rest.Span)..];
        }
    }
}
