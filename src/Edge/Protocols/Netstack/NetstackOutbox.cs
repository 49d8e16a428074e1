namespace Edge.Protocols.Netstack;

/// <summary>
/// What <see cref="IpStack.Poll"/> hands over: packets and events, as values. The caller owns it, takes all out and clears it before it
/// calls the stack again: large segments still lie in their connections' blocks.
/// </summary>
internal sealed class NetstackOutbox
{
    private const int MostPackets = 256;
    private const int MostEvents = 256;
    private const int ArenaSize = 160 * 1024;

    private readonly OutboundPacket[] _packets = new OutboundPacket[MostPackets];
    private readonly NetstackEvent[] _events = new NetstackEvent[MostEvents];
    private readonly byte[] _arena = new byte[ArenaSize];
    private int _packetCount;
    private int _eventCount;
    private int _arenaUsed;

    public ReadOnlySpan<OutboundPacket> Packets => _packets.AsSpan(0, _packetCount);

    public ReadOnlySpan<NetstackEvent> Events => _events.AsSpan(0, _eventCount);

    internal bool HasEventRoom => _eventCount < MostEvents;

    public void Clear()
    {
        _packets.AsSpan(0, _packetCount).Clear();
        _events.AsSpan(0, _eventCount).Clear();
        _packetCount = _eventCount = _arenaUsed = 0;
    }

    internal bool HasRoom(int bytes) => _packetCount < MostPackets && _arenaUsed + bytes <= ArenaSize;

    /// <summary>Room for a packet's header, or for all of it; <see cref="HasRoom"/> was asked.</summary>
    internal Span<byte> Reserve(int bytes) => _arena.AsSpan(_arenaUsed, bytes);

    /// <summary>What was reserved is a packet's start; its payload follows from the blocks.</summary>
    internal void Add(int headerLength, int ipHeaderLength, Block? block, int blockOffset, int payloadLength, int segmentSize)
    {
        _packets[_packetCount++] = new OutboundPacket(_arena, _arenaUsed, headerLength, ipHeaderLength, block, blockOffset, payloadLength, segmentSize);
        _arenaUsed += headerLength;
    }

    internal void Add(in NetstackEvent happened) => _events[_eventCount++] = happened;
}
