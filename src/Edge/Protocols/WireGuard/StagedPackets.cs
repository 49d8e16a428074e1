namespace Edge.Protocols.WireGuard;

/// <summary>Packets of one peer that wait for a session, oldest first, in blocks of the device's <see cref="PacketBlocks"/>.</summary>
internal struct StagedPackets
{
    private Item[]? _ring;
    private int _first;

    public int Count { get; private set; }

    /// <summary>Adds the newest; above <paramref name="capacity"/> packets the oldest gives way.</summary>
    /// <returns>Packets that were lost for it: the oldest, and the packet itself where no memory is left.</returns>
    public int Add(PacketBlocks blocks, int capacity, ReadOnlySpan<byte> packet)
    {
        var lost = 0;
        if (Count == capacity || (Count > 0 && blocks.IsEmpty))
        {
            blocks.Return(TakeBlock(out _));
            lost = 1;
        }
        if (blocks.Rent(packet.Length) is not { } block)
            return lost + 1;
        if (_ring is null || Count == _ring.Length)
            Grow(capacity);
        packet.CopyTo(block);
        _ring![(_first + Count++) % _ring.Length] = new Item(block, packet.Length);
        return lost;
    }

    /// <summary>Copies the oldest to <paramref name="destination"/> and gives its length.</summary>
    public int Take(PacketBlocks blocks, Span<byte> destination)
    {
        var block = TakeBlock(out var length);
        block.AsSpan(0, length).CopyTo(destination);
        blocks.Return(block);
        return length;
    }

    /// <summary>Gives up all; the ring's memory too.</summary>
    public int Clear(PacketBlocks blocks)
    {
        var lost = Count;
        while (Count > 0)
            blocks.Return(TakeBlock(out _));
        _ring = null;
        return lost;
    }

    /// <summary>An idle peer holds no ring.</summary>
    public void Trim()
    {
        if (Count == 0)
            _ring = null;
    }

    private byte[] TakeBlock(out int length)
    {
        ref var item = ref _ring![_first];
        (var block, length) = (item.Block, item.Length);
        item = default;
        _first = (_first + 1) % _ring.Length;
        Count--;
        return block;
    }

    private void Grow(int capacity)
    {
        var ring = new Item[Math.Min(capacity, Math.Max(4, 2 * Count))];
        for (var i = 0; i < Count; i++)
            ring[i] = _ring![(_first + i) % _ring.Length];
        _ring = ring;
        _first = 0;
    }

    private readonly record struct Item(byte[] Block, int Length);
}
