using Edge.Foundation.Addresses;
using Edge.Io.Native;

namespace Edge.Io.Polling;

/// <summary>A socket that never blocks, and is told by its loop when it may be tried again.</summary>
internal sealed class PolledSocket : IDisposable
{
    /// <summary>sys/socket.h: SHUT_RDWR.</summary>
    private const int BothDirections = 2;

    private readonly SocketLoop _loop;
    private readonly Lock _lock = new();
    private readonly bool _isOwner;
    private bool _isClosed;

    /// <param name="loop">Tells it.</param>
    /// <param name="descriptor">Non-blocking.</param>
    /// <param name="remote">Its other end; the default where it has none.</param>
    /// <param name="isOwner">Whether it closes the descriptor, also where this throws.</param>
    /// <exception cref="SystemError">It cannot be waited for.</exception>
    public PolledSocket(SocketLoop loop, int descriptor, Endpoint remote, bool isOwner)
    {
        (_loop, Descriptor, Remote, _isOwner) = (loop, descriptor, remote, isOwner);
        try
        {
            loop.Add(this);
        }
        catch
        {
            if (isOwner)
                _ = Libc.Close(descriptor);
            throw;
        }
    }

    public int Descriptor { get; }

    public Endpoint Remote { get; }

    public Readiness Readable { get; } = new();

    public Readiness Writable { get; } = new();

    /// <summary>The loop's name for it: its place there, and how many were there before it.</summary>
    public ulong Number { get; set; }

    /// <summary>Ends both directions: whoever waits goes on, and finds the end. From any thread, also after it was closed.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (!_isClosed)
                _ = Libc.Shutdown(Descriptor, BothDirections);
        }
    }

    /// <summary>Nobody may be using it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _loop.Remove(this);
            if (_isOwner)
                _ = Libc.Close(Descriptor);
        }
    }
}
