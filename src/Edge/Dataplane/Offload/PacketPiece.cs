namespace Edge.Dataplane.Offload;

/// <summary>Bytes that lie somewhere in a slab.</summary>
internal readonly unsafe struct PacketPiece(byte* start, int length)
{
    public readonly byte* Start = start;

    public readonly int Length = length;
}
