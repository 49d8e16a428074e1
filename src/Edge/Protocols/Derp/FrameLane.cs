using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>Frames that wait to be written, in their order, in blocks. A block leaves whole, as one write; frames can be dropped at the head.</summary>
internal struct FrameLane
{
    private FrameBlock? _first, _last;

    public int Frames { get; private set; }

    public int Bytes { get; private set; }

    public readonly bool IsEmpty => _first is null;

    /// <summary>Room for one frame at the end, which the caller fills.</summary>
    /// <param name="blocks">Where memory comes from.</param>
    /// <param name="size">Of the frame, header included.</param>
    public Span<byte> Append(FrameBlocks blocks, int size)
    {
        if (_last is null || _last.Room < size)
            Grow(blocks, size);
        var place = _last!.Bytes.AsSpan(_last.End, size);
        _last.End += size;
        _last.Frames++;
        Frames++;
        Bytes += size;
        return place;
    }

    /// <summary>The first frame, header included; valid until the lane changes.</summary>
    public readonly ReadOnlySpan<byte> Peek()
    {
        var rest = _first!.Bytes.AsSpan(_first.Start, _first.End - _first.Start);
        _ = DerpFrameHeader.TryRead(rest, out var header);
        return rest[..(DerpFrameHeader.Size + (int)header.Length)];
    }

    public void DropFirst(FrameBlocks blocks)
    {
        var block = _first!;
        var size = Peek().Length;
        block.Start += size;
        block.Frames--;
        Frames--;
        Bytes -= size;
        if (block.Frames > 0)
            return;
        Detach(block);
        blocks.Return(block);
    }

    /// <summary>Takes the first block out, with all its frames; it is the caller's to return. Null: there is none.</summary>
    public FrameBlock? Take()
    {
        if (_first is not { } block)
            return null;
        Detach(block);
        Frames -= block.Frames;
        Bytes -= block.End - block.Start;
        return block;
    }

    public void Clear(FrameBlocks blocks)
    {
        while (Take() is { } block)
            blocks.Return(block);
    }

    private void Grow(FrameBlocks blocks, int size)
    {
        // One frame that waits needs little; behind others it is the beginning of a queue.
        var block = blocks.Rent(_last is null ? size : Math.Max(size, FrameBlocks.Medium));
        if (_last is null)
        {
            _first = block;
        }
        else if (_last.Bytes.Length < FrameBlocks.Medium && _last.End - _last.Start + size <= block.Bytes.Length)
        {
            // The one that waited joins the queue: all of it leaves in one write. It is alone, for only a lane's first block is small.
            var waiting = _last;
            waiting.Bytes.AsSpan(waiting.Start, waiting.End - waiting.Start).CopyTo(block.Bytes);
            (block.End, block.Frames) = (waiting.End - waiting.Start, waiting.Frames);
            blocks.Return(waiting);
            _first = block;
        }
        else
        {
            _last.Next = block;
        }
        _last = block;
    }

    private void Detach(FrameBlock block)
    {
        _first = block.Next;
        if (_first is null)
            _last = null;
        block.Next = null;
    }
}
