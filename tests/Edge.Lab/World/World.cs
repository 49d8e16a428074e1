using Edge.Foundation.Time;

namespace Edge.Lab.World;

/// <summary>
/// Virtual time and what happens in it: one thread, one seed, time that jumps to the next event. Two runs of a seed are the same to the last byte.
/// </summary>
internal sealed class World
{
    // More events than that without time passing: something asks to be woken for ever.
    private const int MostEventsAtOnce = 100_000;

    private readonly PriorityQueue<Action, (Timestamp At, long Order)> _events = new();
    private long _order;
    private int _eventsNow;

    public World(ulong seed)
    {
        Seed = seed;
        Random = new SeededRandom(seed);
    }

    public ulong Seed { get; }

    public SeededRandom Random { get; }

    public Timestamp Now { get; private set; } = new(1_000_000_000);

    public long EventCount { get; private set; }

    /// <summary>Events of one moment happen in the order in which they were asked for.</summary>
    public void At(Timestamp time, Action happening)
    {
        if (time < Now)
            time = Now;
        _events.Enqueue(happening, (time, _order++));
    }

    public void After(TimeSpan span, Action happening) => At(Now + span, happening);

    /// <summary>Again and again at random, so often on average, until <paramref name="end"/>.</summary>
    public void Repeat(TimeSpan mean, Timestamp end, Action happening)
    {
        var next = Now + Random.Exponential(mean);
        if (next >= end)
            return;
        At(next, () =>
        {
            happening();
            Repeat(mean, end, happening);
        });
    }

    /// <summary>Lets everything happen up to and including this time.</summary>
    public void RunTo(Timestamp end)
    {
        while (_events.TryPeek(out _, out var next) && next.At <= end)
        {
            _eventsNow = next.At == Now ? _eventsNow + 1 : 0;
            if (_eventsNow > MostEventsAtOnce)
                throw new WorldException($"{MostEventsAtOnce} events at {Now}, and time does not pass");
            Now = next.At;
            EventCount++;
            _events.Dequeue()();
        }
        Now = end;
    }
}
