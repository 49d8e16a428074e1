namespace Edge.Protocols.Netstack;

/// <summary>
/// A piece of memory in a connection's chain. <see cref="Start"/> and <see cref="End"/> bound what is filled; whoever holds the chain
/// moves them. Pinned, so that it can be handed to the kernel as it is.
/// </summary>
internal sealed class Block(byte[] array, int offset, int size, Slab? slab)
{
    public Block? Next { get; set; }

    public int Start { get; set; }

    public int End { get; set; }

    public int Size => size;

    public int Length => End - Start;

    public Memory<byte> Memory => array.AsMemory(offset, size);

    public Span<byte> Span => array.AsSpan(offset, size);

    public ReadOnlySpan<byte> Filled => array.AsSpan(offset + Start, End - Start);

    /// <summary>Null: made to measure, and left to the collector when released.</summary>
    internal Slab? Slab => slab;
}
