using Edge.Foundation.Time;

namespace Edge.Tests.Netstack;

/// <summary>What one direction of a path does to packets.</summary>
internal sealed record LinkOptions
{
    /// <summary>Bytes a second; 0: without bound.</summary>
    public long Rate { get; init; }

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>What the queue before the bottleneck holds, in bytes; what comes then is dropped.</summary>
    public int Queue { get; init; } = 256 * 1024;

    /// <summary>Of a thousand packets, how many are lost, doubled, and delayed behind later ones.</summary>
    public int Lost { get; init; }

    public int Doubled { get; init; }

    public int Delayed { get; init; }
}

/// <summary>One direction of a path in virtual time: a bounded queue, a rate, a delay, and a seeded dice.</summary>
internal sealed class Link(LinkOptions options, Random dice)
{
    private readonly PriorityQueue<byte[], (long At, long Order)> _underway = new();
    private long _free;
    private long _order;

    public long Sent { get; private set; }

    public long Dropped { get; private set; }

    public Timestamp Next => _underway.TryPeek(out _, out var at) ? new Timestamp(at.At) : Timestamp.Never;

    /// <summary>A test's own verdict on a packet: true drops it.</summary>
    public Func<byte[], bool> Drop { get; set; } = static _ => false;

    /// <summary>The same with the time: null drops it, else it comes so much later.</summary>
    public Func<Timestamp, byte[], TimeSpan?> Judge { get; set; } = static (_, _) => TimeSpan.Zero;

    public void Send(Timestamp now, byte[] packet)
    {
        Sent++;
        var start = Math.Max(now.Nanoseconds, _free);
        var queued = options.Rate == 0 ? 0 : (start - now.Nanoseconds) * options.Rate / 1_000_000_000;
        var late = Judge(now, packet);
        if (late is null || Drop(packet) || dice.Next(1000) < options.Lost || queued + packet.Length > options.Queue)
        {
            Dropped++;
            return;
        }
        if (options.Rate != 0)
            _free = start += packet.Length * 1_000_000_000L / options.Rate;
        var arrival = start + (options.Delay + late.Value).Ticks * 100;
        if (dice.Next(1000) < options.Delayed)
            arrival += options.Delay.Ticks * 100 / 2 + 200_000;
        _underway.Enqueue(packet, (arrival, _order++));
        if (dice.Next(1000) < options.Doubled)
            _underway.Enqueue(packet, (arrival, _order++));
    }

    public bool TryReceive(Timestamp now, out byte[] packet)
    {
        packet = [];
        if (Next > now)
            return false;
        packet = _underway.Dequeue();
        return true;
    }
}
