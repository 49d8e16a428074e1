using Edge.Dataplane;
using Edge.Protocols.WireGuard;

namespace Edge.Node.Networks;

/// <summary>A network's counts since its start.</summary>
/// <param name="PacketsOut">Sealed for peers.</param>
/// <param name="BytesOut">Of the datagrams that they became.</param>
/// <param name="PacketsIn">Opened.</param>
/// <param name="BytesIn">Of the packets.</param>
/// <param name="Handshakes">Handshake messages taken from peers.</param>
/// <param name="Dropped">Packets and datagrams that went nowhere, for whatever reason.</param>
/// <param name="Connections">Open now.</param>
internal readonly record struct NetworkFigures(long PacketsOut, long BytesOut, long PacketsIn, long BytesIn, long Handshakes, long Dropped, int Connections)
{
    /// <summary>Came from peers over IPv4.</summary>
    public PathFigures InDirectV4 { get; init; }

    /// <summary>Came from peers over IPv6.</summary>
    public PathFigures InDirectV6 { get; init; }

    /// <summary>Came by relays.</summary>
    public PathFigures InRelayed { get; init; }

    /// <summary>Went to peers over IPv4.</summary>
    public PathFigures OutDirectV4 { get; init; }

    /// <summary>Went to peers over IPv6.</summary>
    public PathFigures OutDirectV6 { get; init; }

    /// <summary>Went by relays.</summary>
    public PathFigures OutRelayed { get; init; }

    /// <summary>Of those that were dropped: refused by the packet filter.</summary>
    public long Filtered { get; init; }

    /// <summary>Of those that were dropped: were to leave, and there was no peer or no way.</summary>
    public long Unsent { get; init; }

    /// <summary>
    /// Of any thread: each number is whole on a 64-bit machine, and that they are of slightly different moments does not matter to who looks at them.
    /// </summary>
    /// <param name="engine">What it has counted.</param>
    /// <param name="lost">Packets that found no room beside it.</param>
    /// <param name="connections">Open now.</param>
    public static NetworkFigures Of(Engine engine, long lost, int connections)
    {
        var counters = engine.Counters;
        var dropped = lost + counters.Unroutable + counters.Pathless + counters.ForeignSource + counters.Filtered;
        for (var verdict = OpenVerdict.TooShort; verdict <= OpenVerdict.AnswersFull; verdict++)
            dropped += (long)engine.Device.CountOf(verdict);
        return new NetworkFigures(
            counters.Sealed, counters.SealedBytes, counters.Opened, counters.OpenedBytes, (long)engine.Device.CountOf(OpenVerdict.Handshake), dropped, connections)
        {
            InDirectV4 = PathFigures.Of(counters.InDirectV4),
            InDirectV6 = PathFigures.Of(counters.InDirectV6),
            InRelayed = PathFigures.Of(counters.InRelayed),
            OutDirectV4 = PathFigures.Of(counters.OutDirectV4),
            OutDirectV6 = PathFigures.Of(counters.OutDirectV6),
            OutRelayed = PathFigures.Of(counters.OutRelayed),
            Filtered = counters.Filtered,
            Unsent = counters.Unroutable + counters.Pathless,
        };
    }
}
