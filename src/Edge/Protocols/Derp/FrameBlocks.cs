namespace Edge.Protocols.Derp;

/// <summary>
/// Memory for frames on their way, in three sizes: a packet, a write, the longest frame. Some of each are kept for the next time; who idles
/// holds none. For one caller at a time, as what it serves.
/// </summary>
internal sealed class FrameBlocks
{
    public const int Small = 2048;
    public const int Medium = DerpLimits.Write;
    public const int Large = DerpLimits.Packet + 128;

    private const int SmallKept = 512, MediumKept = 128, LargeKept = 8;

    private Shelf _small, _medium, _large;

    /// <param name="size">Bytes that it must hold, at least.</param>
    public FrameBlock Rent(int size) => size switch
    {
        <= Small => _small.Take() ?? new FrameBlock(Small),
        <= Medium => _medium.Take() ?? new FrameBlock(Medium),
        <= Large => _large.Take() ?? new FrameBlock(Large),
        _ => new FrameBlock(size),
    };

    public void Return(FrameBlock block)
    {
        (block.Start, block.End, block.Frames, block.Next) = (0, 0, 0, null);
        switch (block.Bytes.Length)
        {
            case Small:
                _small.Put(block, SmallKept);
                break;
            case Medium:
                _medium.Put(block, MediumKept);
                break;
            case Large:
                _large.Put(block, LargeKept);
                break;
        }
    }

    private struct Shelf
    {
        private FrameBlock? _first;
        private int _count;

        public FrameBlock? Take()
        {
            if (_first is not { } block)
                return null;
            _first = block.Next;
            block.Next = null;
            _count--;
            return block;
        }

        public void Put(FrameBlock block, int most)
        {
            if (_count == most)
                return;
            block.Next = _first;
            _first = block;
            _count++;
        }
    }
}
