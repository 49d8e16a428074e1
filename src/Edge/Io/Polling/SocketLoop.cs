using Edge.Io.Native;

namespace Edge.Io.Polling;

/// <summary>
/// One thread that waits for many sockets (epoll(7), edge-triggered) and tells each what has become possible; whoever waited for it goes on in
/// that thread. A socket can be waited for without a buffer and without an operation of .NET's, both to be read and to be written, which OpenSSL
/// asks for and .NET's own sockets have no call for.
/// </summary>
internal sealed unsafe class SocketLoop : IDisposable
{
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800;

    private const int Capacity = 128;
    private const ulong Stop = ulong.MaxValue;

    private readonly Epoll _epoll = new();
    private readonly Descriptor _stop = Descriptor.Of(Libc.EventDescriptor(0, NonBlocking | CloseOnExec), "making an eventfd");
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private readonly Thread _thread;
    private PolledSocket?[] _sockets = new PolledSocket?[16];
    private int _used;
    private uint _generation;
    private bool _isEnded;

    /// <param name="name">For people who look at threads.</param>
    /// <exception cref="SystemError">There are no descriptors.</exception>
    public SocketLoop(string name)
    {
        _epoll.Watch(_stop.Number, Stop);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>From now on it is told.</summary>
    /// <exception cref="SystemError">The system watches no more.</exception>
    public void Add(PolledSocket socket)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isEnded, this);
            if (!_free.TryPop(out var place))
            {
                if (_used == _sockets.Length)
                {
                    // The thread reads it without the lock: what it has seen stays as it was.
                    var larger = new PolledSocket?[2 * _used];
                    _sockets.CopyTo(larger, 0);
                    Volatile.Write(ref _sockets, larger);
                }
                place = _used++;
            }
            socket.Number = ((ulong)(_generation++ & 0x7FFF_FFFF) << 32) | (uint)place;
            _sockets[place] = socket;
            try
            {
                _epoll.Watch(socket.Descriptor, socket.Number, Epoll.In | Epoll.Out | Epoll.PeerHungUp | Epoll.EdgeTriggered);
            }
            catch
            {
                Forget(place);
                throw;
            }
        }
    }

    /// <summary>It is not told any more.</summary>
    public void Remove(PolledSocket socket)
    {
        lock (_lock)
        {
            if (_isEnded)
                return;
            _epoll.Forget(socket.Descriptor);
            Forget((int)(uint)socket.Number);
        }
    }

    /// <summary>Ends the thread; sockets that are left are told nothing more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isEnded)
                return;
            _isEnded = true;
        }
        var one = 1UL;
        _ = Libc.Write(_stop.Number, &one, sizeof(ulong));
        // Whoever ends it may have been told something a moment ago, and be in this thread still.
        if (Thread.CurrentThread != _thread)
            _thread.Join();
    }

    private void Run()
    {
        Span<byte> events = stackalloc byte[Capacity * Epoll.EventSize];
        for (var isStopped = false; !isStopped;)
        {
            var count = _epoll.Wait(events, -1);
            for (var i = 0; i < count; i++)
            {
                var (what, number) = Epoll.Read(events, i);
                if (number == Stop)
                    isStopped = true;
                else
                    Tell(number, what);
            }
        }
        _epoll.Dispose();
        _stop.Dispose();
    }

    private void Tell(ulong number, uint what)
    {
        // One that was closed a moment ago may have another in its place.
        if (Volatile.Read(ref _sockets)[(int)(uint)number] is not { } socket || socket.Number != number)
            return;
        if ((what & (Epoll.Out | Epoll.Failed | Epoll.HungUp)) != 0)
            socket.Writable.Tell();
        // To read, TLS may have to write first (a key's update, RFC 8446, section 4.6.3): whatever has changed, reading is tried again.
        socket.Readable.Tell();
    }

    private void Forget(int place)
    {
        _sockets[place] = null;
        _free.Push(place);
    }
}
