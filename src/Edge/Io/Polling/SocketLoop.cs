using System.Runtime.InteropServices;
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

    // sys/epoll.h.
    private const int AddEntry = 1, RemoveEntry = 2;
    private const uint In = 1, Out = 4, Failed = 8, HungUp = 16, PeerHungUp = 0x2000, EdgeTriggered = 1u << 31;

    private const int Capacity = 128;
    private const ulong Stop = ulong.MaxValue;

    // struct epoll_event is packed on x86-64 only (sys/epoll.h): 12 bytes there, 16 elsewhere.
    private static readonly int s_eventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly Descriptor _epoll = Descriptor.Of(Libc.EpollCreate(CloseOnExec), "making an epoll descriptor");
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
        Register(_stop.Number, AddEntry, In, Stop);
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
                Register(socket.Descriptor, AddEntry, In | Out | PeerHungUp | EdgeTriggered, socket.Number);
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
            var none = stackalloc byte[16];
            _ = Libc.EpollControl(_epoll.Number, RemoveEntry, socket.Descriptor, none);
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
        var events = stackalloc byte[Capacity * 16];
        for (var isStopped = false; !isStopped;)
        {
            var count = Libc.EpollWait(_epoll.Number, events, Capacity, -1);
            for (var i = 0; i < count; i++)
            {
                var entry = events + i * s_eventSize;
                var number = *(ulong*)(entry + s_eventSize - 8);
                if (number == Stop)
                    isStopped = true;
                else
                    Tell(number, *(uint*)entry);
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
        if ((what & (Out | Failed | HungUp)) != 0)
            socket.Writable.Tell();
        // To read, TLS may have to write first (a key's update, RFC 8446, section 4.6.3): whatever has changed, reading is tried again.
        socket.Readable.Tell();
    }

    private void Forget(int place)
    {
        _sockets[place] = null;
        _free.Push(place);
    }

    private void Register(int descriptor, int operation, uint what, ulong number)
    {
        var registration = stackalloc byte[16];
        *(uint*)registration = what;
        *(ulong*)(registration + s_eventSize - 8) = number;
        if (Libc.EpollControl(_epoll.Number, operation, descriptor, registration) < 0)
            throw SystemError.Last("watching a socket");
    }
}
