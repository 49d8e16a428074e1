namespace Edge.Protocols.Netstack;

/// <summary>Bytes that arrived out of order: offsets in the stream.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">First byte behind.</param>
/// <param name="Arrival">Larger for later arrivals: the order in which SACK reports them.</param>
internal readonly record struct ReceivedRange(long Start, long End, uint Arrival);
