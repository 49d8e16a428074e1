using System.Runtime.InteropServices;
using Edge.Io.Native;

namespace Edge.Io.Polling;

/// <summary>Waits for several descriptors at once (epoll(7)); each has a number of the caller's. Watching and forgetting is for any thread.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    /// <summary>The room that one event takes at most, in bytes.</summary>
    public const int EventSize = 16;

    // sys/epoll.h.
    public const uint In = 1, Out = 4, Failed = 8, HungUp = 16, PeerHungUp = 0x2000, EdgeTriggered = 1u << 31;
    private const int CloseOnExec = 0x80000, AddEntry = 1, RemoveEntry = 2;

    // struct epoll_event is packed on x86-64 only (sys/epoll.h): 12 bytes there, 16 elsewhere.
    private static readonly int s_eventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : EventSize;

    private readonly Descriptor _descriptor = Descriptor.Of(Libc.EpollCreate(CloseOnExec), "making an epoll descriptor");

    /// <param name="descriptor">From now on it is waited for.</param>
    /// <param name="number">Its name here.</param>
    /// <param name="what">What is waited for, and how.</param>
    /// <exception cref="SystemError">The system watches no more.</exception>
    public void Watch(int descriptor, ulong number, uint what = In)
    {
        var registration = stackalloc byte[EventSize];
        *(uint*)registration = what;
        *(ulong*)(registration + s_eventSize - sizeof(ulong)) = number;
        if (Libc.EpollControl(_descriptor.Number, AddEntry, descriptor, registration) < 0)
            throw SystemError.Last("watching a descriptor");
    }

    /// <summary>It is not waited for any more.</summary>
    public void Forget(int descriptor)
    {
        var none = stackalloc byte[EventSize];
        _ = Libc.EpollControl(_descriptor.Number, RemoveEntry, descriptor, none);
    }

    /// <param name="events">Room for what is told, <see cref="EventSize"/> for each: at least one.</param>
    /// <param name="milliseconds">How long, at most; -1: for ever; 0: not at all.</param>
    /// <returns>How many events there are; none also where a signal came.</returns>
    public int Wait(Span<byte> events, int milliseconds)
    {
        fixed (byte* start = events)
            return Math.Max(Libc.EpollWait(_descriptor.Number, start, events.Length / EventSize, milliseconds), 0);
    }

    /// <summary>One of the events that <see cref="Wait"/> told of.</summary>
    public static (uint What, ulong Number) Read(ReadOnlySpan<byte> events, int index)
    {
        var one = events.Slice(index * s_eventSize, s_eventSize);
        return (MemoryMarshal.Read<uint>(one), MemoryMarshal.Read<ulong>(one[(s_eventSize - sizeof(ulong))..]));
    }

    public void Dispose() => _descriptor.Dispose();
}
