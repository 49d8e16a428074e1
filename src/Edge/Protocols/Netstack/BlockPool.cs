namespace Edge.Protocols.Netstack;

/// <summary>
/// Lends the blocks of all connections of a stack and bounds them in all. It grows by slabs and gives slabs back in <see cref="Trim"/>.
/// A stack's user whose own threads fill and read blocks derives a pool that lets in one at a time.
/// </summary>
/// <param name="limit">Bytes that can be lent at a time.</param>
internal class BlockPool(long limit)
{
    /// <summary>Bytes of an ordinary block.</summary>
    public const int BlockSize = 4096;

    private Block? _free;
    private int _slabs;

    /// <summary>Bytes lent now.</summary>
    public long Used { get; private set; }

    /// <summary>Bytes of the slabs, lent or not.</summary>
    public long Held => (long)_slabs * Slab.Blocks * BlockSize;

    public long Limit => limit;

    /// <summary>What receive buffers find their blocks by.</summary>
    public SpareArrays<Block?> Pages { get; } = new();

    /// <summary>What they know their gaps by.</summary>
    public SpareArrays<ReceivedRange> Ranges { get; } = new();

    /// <summary>More than three quarters are lent: nobody's buffers should grow now.</summary>
    public bool IsScarce => Used > limit - (limit >> 2);

    /// <summary>Bytes that can still be lent; less than nothing where more was lent than the bound allows.</summary>
    public long Free => limit - Used;

    /// <summary>Null when the bound is reached.</summary>
    public virtual Block? TryRent() => Free < BlockSize ? null : Rent();

    /// <summary>A block of at least this size, beyond the bound if need be: for what is lent before it can be refused.</summary>
    public virtual Block Rent(int size = BlockSize)
    {
        if (size > BlockSize)
        {
            Used += size;
            return new Block(GC.AllocateUninitializedArray<byte>(size, pinned: true), 0, size, null);
        }
        if (_free is null)
            Grow();
        var block = _free!;
        _free = block.Next;
        block.Next = null;
        block.Start = block.End = 0;
        block.Slab!.Free--;
        Used += BlockSize;
        return block;
    }

    public virtual void Return(Block block)
    {
        Used -= block.Size;
        if (block.Slab is not { } slab)
            return;
        slab.Free++;
        block.Next = _free;
        _free = block;
    }

    /// <summary>Gives up the slabs that nobody uses, but for one. The collector takes them from there.</summary>
    public virtual void Trim()
    {
        Block? kept = null;
        Slab? spare = null;
        for (var block = _free; block is not null;)
        {
            var next = block.Next;
            var slab = block.Slab!;
            if (slab.Free == Slab.Blocks && !slab.IsDropped && slab != (spare ??= slab))
            {
                slab.IsDropped = true;
                _slabs--;
            }
            if (!slab.IsDropped)
            {
                block.Next = kept;
                kept = block;
            }
            block = next;
        }
        _free = kept;
        Pages.Trim();
        Ranges.Trim();
    }

    private void Grow()
    {
        var array = GC.AllocateUninitializedArray<byte>(Slab.Blocks * BlockSize, pinned: true);
        var slab = new Slab { Free = Slab.Blocks };
        _slabs++;
        for (var i = Slab.Blocks - 1; i >= 0; i--)
            _free = new Block(array, i * BlockSize, BlockSize, slab) { Next = _free };
    }
}
