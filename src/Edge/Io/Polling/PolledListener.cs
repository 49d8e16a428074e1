using System.Net.Sockets;
using System.Runtime.InteropServices;
using Edge.Io.Native;
using Edge.Io.Udp;

namespace Edge.Io.Polling;

/// <summary>Takes the connections of a listening socket, without an object of .NET's for each.</summary>
internal sealed class PolledListener : IDisposable
{
    private const int NonBlocking = 0x800 | 0x80000; // SOCK_NONBLOCK | SOCK_CLOEXEC

    // Where the process has no descriptor left, or the system no memory, waiting is all that helps.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly SocketLoops _loops;
    private readonly Socket _socket;
    private readonly PolledSocket _polled;
    private volatile bool _isStopped;

    /// <param name="socket">Bound; it stays its owner's, who closes it after this.</param>
    /// <param name="loops">Where connections are waited for.</param>
    /// <param name="backlog">Connections that wait to be taken.</param>
    /// <exception cref="SocketException">It cannot listen.</exception>
    public PolledListener(Socket socket, SocketLoops loops, int backlog)
    {
        (_socket, _loops) = (socket, loops);
        socket.Blocking = false;
        socket.Listen(backlog);
        _polled = new PolledSocket(loops.Next(), (int)socket.SafeHandle.DangerousGetHandle(), default, isOwner: false);
    }

    /// <summary>The next connection; null: <see cref="Stop"/> was called.</summary>
    public async ValueTask<PolledSocket?> Accept()
    {
        while (!_isStopped)
        {
            var connection = TryAccept(out var errno);
            if (connection is not null)
                return connection;
            if (errno == Errno.TryAgain)
                await _polled.Readable.Wait();
            else if (errno is not (Errno.Interrupted or Errno.ConnectionAborted))
                await Task.Delay(s_pause);
        }
        return null;
    }

    /// <summary>Nothing is taken any more.</summary>
    public void Stop()
    {
        _isStopped = true;
        _polled.Readable.Tell();
    }

    public void Dispose()
    {
        Stop();
        _polled.Dispose();
    }

    private unsafe PolledSocket? TryAccept(out int errno)
    {
        errno = 0;
        var address = stackalloc byte[SocketAddress.SizeV6];
        var length = (uint)SocketAddress.SizeV6;
        var descriptor = Libc.Accept(_polled.Descriptor, address, &length, NonBlocking);
        GC.KeepAlive(_socket);
        if (descriptor < 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }
        try
        {
            var remote = SocketAddress.Read(new ReadOnlySpan<byte>(address, (int)Math.Min(length, SocketAddress.SizeV6)));
            return new PolledSocket(_loops.Next(), descriptor, remote, isOwner: true);
        }
        catch (SystemError failure)
        {
            errno = failure.Errno;
            return null;
        }
    }
}
