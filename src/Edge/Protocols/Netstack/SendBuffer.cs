namespace Edge.Protocols.Netstack;

/// <summary>
/// What was written and not yet acknowledged. The memory that the writer fills is what is sent, and sent again, until the peer has it.
/// Offsets count from the first byte that is not acknowledged.
/// </summary>
internal sealed class SendBuffer(BlockPool pool)
{
    private Block? _head;
    private Block? _tail;

    // The first byte that was never sent; null when that is the chain's first.
    private Block? _cursor;
    private int _cursorOffset;
    private Block? _lent;

    /// <summary>Bytes in the chain.</summary>
    public int Length { get; private set; }

    public bool HoldsBlock => _head is not null;

    /// <summary>Memory behind what is written. It stays the writer's until <see cref="Advance"/>.</summary>
    /// <param name="sizeHint">What is wanted at least; 0: whatever there is.</param>
    public Memory<byte> GetMemory(int sizeHint)
    {
        var free = _tail is null ? 0 : _tail.Size - _tail.End;
        if (free == 0 || free < sizeHint)
            Link(pool.Rent(sizeHint));
        _lent = _tail;
        return _tail!.Memory[_tail.End..];
    }

    /// <param name="bytes">How much of the memory last got is filled. 0 gives it back.</param>
    public void Advance(int bytes)
    {
        if (_lent is null)
            throw new InvalidOperationException("Advance without GetMemory: there is no memory that the bytes could have been written to.");
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_lent.Size - _lent.End), nameof(bytes));
        _lent.End += bytes;
        Length += bytes;
        _lent = null;
        if (Length == 0)
            Clear();
    }

    /// <summary>Takes over a chain of filled blocks.</summary>
    public void Append(Block chain)
    {
        for (Block? block = chain; block is not null;)
        {
            var next = block.Next;
            block.Next = null;
            Link(block);
            Length += block.Length;
            block = next;
        }
    }

    /// <summary>Where the bytes to send next lie; they count as sent then.</summary>
    public (Block Block, int Offset) Take(int bytes)
    {
        var block = _cursor ?? _head!;
        var offset = _cursor is null ? block.Start : _cursorOffset;
        while (offset == block.End)
        {
            block = block.Next!;
            offset = block.Start;
        }
        var result = (block, offset);
        (_cursor, _cursorOffset) = Walk(block, offset, bytes);
        return result;
    }

    /// <summary>Where byte <paramref name="offset"/> lies.</summary>
    public (Block Block, int Offset) Locate(int offset)
    {
        var (block, at) = Walk(_head!, _head!.Start, offset);
        while (at == block.End)
        {
            block = block.Next!;
            at = block.Start;
        }
        return (block, at);
    }

    /// <summary>The first bytes are the peer's now; whole blocks go back to the pool.</summary>
    public void Acknowledge(int bytes)
    {
        Length -= bytes;
        while (bytes > 0)
        {
            var block = _head!;
            var step = Math.Min(bytes, block.Length);
            block.Start += step;
            bytes -= step;
            if (block.Length > 0)
                return;
            if (block == _tail)
                break;
            Unlink(block);
        }
        if (Length == 0 && _lent is null)
            Clear();
    }

    public void Clear()
    {
        while (_head is { } block)
        {
            _head = block.Next;
            pool.Return(block);
        }
        _tail = _cursor = _lent = null;
        Length = 0;
    }

    private void Unlink(Block block)
    {
        _head = block.Next;
        if (_cursor == block)
        {
            _cursor = block.Next;
            _cursorOffset = block.Next!.Start;
        }
        pool.Return(block);
    }

    private void Link(Block block)
    {
        if (_tail is null)
            _head = block;
        else
            _tail.Next = block;
        _tail = block;
    }

    private static (Block Block, int Offset) Walk(Block block, int offset, int bytes)
    {
        while (bytes > block.End - offset)
        {
            bytes -= block.End - offset;
            block = block.Next!;
            offset = block.Start;
        }
        return (block, offset + bytes);
    }
}
