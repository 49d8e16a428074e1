namespace Edge.Protocols.WireGuard;

/// <summary>
/// Memory for staged packets: blocks of one size, at most so many in all; a few are kept for the next time. A longer packet, of an interface
/// whose MTU was raised meanwhile, gets memory of its own and counts as the blocks that it would fill.
/// </summary>
internal sealed class PacketBlocks(int blockSize, int capacity)
{
    private const int MostKept = 64;

    private readonly byte[]?[] _kept = new byte[]?[Math.Min(MostKept, capacity)];
    private int _keptCount;
    private int _rented;

    public bool IsEmpty => _rented == capacity;

    /// <summary>Null: not enough is free.</summary>
    public byte[]? Rent(int size)
    {
        var blocks = BlocksOf(size);
        if (_rented + blocks > capacity)
            return null;
        _rented += blocks;
        if (blocks > 1 || _keptCount == 0)
            return GC.AllocateUninitializedArray<byte>(Math.Max(size, blockSize));
        var block = _kept[--_keptCount]!;
        _kept[_keptCount] = null;
        return block;
    }

    public void Return(byte[] block)
    {
        _rented -= BlocksOf(block.Length);
        if (block.Length == blockSize && _keptCount < _kept.Length)
            _kept[_keptCount++] = block;
    }

    private int BlocksOf(int size) => Math.Max(1, (size + blockSize - 1) / blockSize);
}
