using System.Collections.Concurrent;
using Edge.Foundation.Time;
using Edge.Io.Native;

namespace Edge.Io.Shard;

/// <summary>
/// What other threads ask of a shard's thread, in order. Posting wakes it only where it sleeps: while it works it looks here on its own.
/// </summary>
internal sealed unsafe class Mailbox : IDisposable
{
    private const int NonBlocking = 0x800 | 0x80000; // EFD_NONBLOCK | EFD_CLOEXEC

    private readonly ConcurrentQueue<Action<Timestamp>> _queue = new();
    private readonly Descriptor _event = Descriptor.Of(Libc.EventDescriptor(0, NonBlocking), "making an eventfd");
    private int _isAsleep;

    public int Number => _event.Number;

    public bool IsEmpty => _queue.IsEmpty;

    /// <summary>From any thread. What is posted after the shard stopped is never run.</summary>
    public void Post(Action<Timestamp> request)
    {
        _queue.Enqueue(request);
        if (Interlocked.Exchange(ref _isAsleep, 0) == 1)
        {
            var one = 1UL;
            _ = Libc.Write(Number, &one, sizeof(ulong));
        }
    }

    /// <summary>Before the shard waits.</summary>
    /// <returns>False: something is here already, do not wait.</returns>
    public bool TrySleep()
    {
        Interlocked.Exchange(ref _isAsleep, 1);
        if (_queue.IsEmpty)
            return true;
        Wake();
        return false;
    }

    public void Wake() => Interlocked.Exchange(ref _isAsleep, 0);

    /// <summary>Takes the event back.</summary>
    public void Acknowledge()
    {
        var value = 0UL;
        _ = Libc.Read(Number, &value, sizeof(ulong));
    }

    /// <summary>Runs what is here, on the shard's thread.</summary>
    public void Run(Timestamp now)
    {
        while (_queue.TryDequeue(out var request))
            request(now);
    }

    public void Dispose() => _event.Dispose();
}
