using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Tests.Netstack.Traces;

/// <summary>
/// What a path does to the segments of one stream, whoever sends it. Segments are numbered by their place in the stream, so that two senders
/// lose the same bytes; a copy is one more packet with those bytes, the first one is 0.
/// </summary>
/// <param name="Name">Also the file's that the recording is in.</param>
/// <param name="Segments">How many are sent.</param>
/// <param name="Drops">These are lost: the first so many copies of each.</param>
internal sealed record TraceScript(string Name, int Segments, params (int First, int Count, int Copies)[] Drops)
{
    /// <summary>Bytes of text in a packet of 1,280 bytes with IPv4 and timestamps.</summary>
    public const int SegmentSize = Mtu - 52;

    public const int Mtu = 1280;

    public static IReadOnlyList<TraceScript> All { get; } =
    [
        new("slow-start", 600),
        new("single-loss", 1200, (170, 1, 1)),
        new("burst-loss", 1200, (170, 20, 1)),
        new("scattered-loss", 1200, [.. Enumerable.Range(0, 10).Select(i => (170 + 3 * i, 1, 1))]),
        new("two-losses-apart", 1200, (170, 1, 1), (700, 1, 1)),
        new("tail-loss", 400, (39, 1, 1)) { PauseBefore = 40, Pause = TimeSpan.FromMilliseconds(50) },
        new("tail-of-five-lost", 40, (35, 5, 1)),
        new("whole-flight-lost", 60, (10, 20, 1)),
        new("lost-retransmission", 1200, (170, 1, 2)),
        new("retransmission-lost-twice", 1200, (170, 1, 3)),
        new("timeout", 1200, (170, 1, 1)) { DarkFrom = 360, DarkFor = TimeSpan.FromMilliseconds(350) },
        new("timeout-in-recovery", 1200, (170, 1, 2)) { DarkFrom = 352, DarkFor = TimeSpan.FromMilliseconds(350) },
        new("reordering", 1200, (60, 1, 1)) { Delays = [(420, 3, TimeSpan.FromMilliseconds(10)), (860, 3, TimeSpan.FromMilliseconds(10))] },
        new("blackout", 400) { DarkFrom = 150, DarkFor = TimeSpan.FromMilliseconds(1500) },
        new("after-idle", 400) { PauseBefore = 200, Pause = TimeSpan.FromSeconds(2) },
        new("convex-growth", 5000, (60, 1, 1)) { RoundTrip = TimeSpan.FromMilliseconds(200) },
    ];

    /// <summary>Without load. A busy machine's hiccups are small beside it.</summary>
    public TimeSpan RoundTrip { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The first copies of these come so much later.</summary>
    public (int First, int Count, TimeSpan By)[] Delays { get; init; } = [];

    /// <summary>From the first copy of this segment on nothing passes for a while; 0: never.</summary>
    public int DarkFrom { get; init; }

    public TimeSpan DarkFor { get; init; }

    /// <summary>The writer waits before it writes this segment, once all before it have arrived; 0: it does not.</summary>
    public int PauseBefore { get; init; }

    public TimeSpan Pause { get; init; }

    /// <summary>A way that is fast beside all windows here: what is sent at once is spread a little, as any cable does it.</summary>
    public LinkOptions Link => new() { Rate = 12_500_000, Delay = RoundTrip / 2, Queue = int.MaxValue };

    public static TraceScript Find(string name) => All.Single(script => script.Name == name);

    public override string ToString() => Name;

    /// <summary>Puts the script in force on the way from the sender.</summary>
    /// <returns>What the sender sends from here on.</returns>
    public SentTrace Watch(Link link)
    {
        var trace = new SentTrace();
        var copies = new int[Segments];
        uint first = 0;
        var darkUntil = default(Timestamp);
        link.Judge = (now, packet) =>
        {
            // The kernel looks for IPv6 neighbours too.
            if (packet[0] >> 4 != 4)
                return TimeSpan.Zero;
            var tcp = Segment.Tcp(packet);
            if ((tcp.Flags & TcpFlags.Syn) != 0)
                first = tcp.Sequence + 1;
            if (tcp.Payload.IsEmpty)
                return now < darkUntil ? null : TimeSpan.Zero;
            // A packet that begins within a segment is a copy of it.
            var segment = (int)((tcp.Sequence - first) / SegmentSize);
            var copy = copies[segment]++;
            if (segment == DarkFrom && copy == 0 && DarkFor > TimeSpan.Zero)
                darkUntil = now + DarkFor;
            var isLost = now < darkUntil || Array.Exists(Drops, drop => segment >= drop.First && segment < drop.First + drop.Count && copy < drop.Copies);
            trace.Add(new SentPacket(now, segment, copy, isLost));
            if (isLost)
                return null;
            return copy > 0 ? TimeSpan.Zero : Delays.FirstOrDefault(delay => segment >= delay.First && segment < delay.First + delay.Count).By;
        };
        return trace;
    }
}
