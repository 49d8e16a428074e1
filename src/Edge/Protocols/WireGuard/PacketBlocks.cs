namespace Edge.Protocols.WireGuard;

/// <summary>Memory for staged packets: blocks of one size, at most so many in all; a few are kept for the next time.</summary>
internal sealed class PacketBlocks(int blockSize, int capacity)
{
    private const int MostKept = 64;

    private readonly byte[]?[] _kept = new byte[]?[Math.Min(MostKept, capacity)];
    private int _keptCount;
    private int _rented;

    public int BlockSize => blockSize;

    public bool IsEmpty => _rented == capacity;

    /// <summary>Null: all are in use.</summary>
    public byte[]? Rent()
    {
        if (_rented == capacity)
            return null;
        _rented++;
        if (_keptCount == 0)
            return GC.AllocateUninitializedArray<byte>(blockSize);
        var block = _kept[--_keptCount]!;
        _kept[_keptCount] = null;
        return block;
    }

    public void Return(byte[] block)
    {
        _rented--;
        if (_keptCount < _kept.Length)
            _kept[_keptCount++] = block;
    }
}
