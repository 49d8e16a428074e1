using System.Runtime.InteropServices;
using Edge.Io.Native;

namespace Edge.Io.Shard;

/// <summary>Waits for several descriptors at once (epoll(7), level-triggered); each has a number of the caller's, from 0 to 31.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const uint Readable = 1;
    private const int Capacity = 8;

    // struct epoll_event is packed on x86-64 only (sys/epoll.h): 12 bytes there, 16 elsewhere.
    private static readonly int s_eventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly Descriptor _descriptor = Descriptor.Of(Libc.EpollCreate(CloseOnExec), "making an epoll descriptor");

    /// <exception cref="SystemError"/>
    public void Watch(int descriptor, int number)
    {
        var registration = stackalloc byte[16];
        *(uint*)registration = Readable;
        *(ulong*)(registration + s_eventSize - 8) = (ulong)number;
        if (Libc.EpollControl(_descriptor.Number, Add, descriptor, registration) < 0)
            throw SystemError.Last("watching a descriptor");
    }

    /// <param name="milliseconds">How long, at most; -1: for ever; 0: not at all.</param>
    /// <returns>A bit for each number that is readable.</returns>
    public uint Wait(int milliseconds)
    {
        var events = stackalloc byte[Capacity * 16];
        var count = Libc.EpollWait(_descriptor.Number, events, Capacity, milliseconds);
        var ready = 0u;
        for (var i = 0; i < count; i++)
            ready |= 1u << (int)*(ulong*)(events + i * s_eventSize + s_eventSize - 8);
        return ready;
    }

    public void Dispose() => _descriptor.Dispose();
}
