using System.Diagnostics;
using System.Numerics;

namespace Edge.Protocols.Netstack;

/// <summary>
/// What arrived and was not yet read, in order or not. The stream is divided into pages of a block each; a page has a block only while it
/// holds bytes that nobody has read. Offsets count from the stream's first byte.
/// </summary>
internal sealed class ReceiveBuffer(BlockPool pool)
{
    /// <summary>Gaps beyond this many are not kept: what made them is dropped and sent again.</summary>
    public const int MostRanges = 512;

    private const int PageSize = BlockPool.BlockSize;
    private const int PageBits = 12;

    // A ring: page n is at n & (length - 1). Null until the first byte, and again when it has grown large and is empty.
    private Block?[]? _pages;
    private ReceivedRange[]? _ranges;
    private int _rangeCount;
    private uint _arrivals;

    /// <summary>First byte that was not read.</summary>
    public long Read { get; private set; }

    /// <summary>First byte that is missing.</summary>
    public long Next { get; private set; }

    /// <summary>Bytes that can be read.</summary>
    public long Available => Next - Read;

    public bool HasGaps => _rangeCount > 0;

    public int RangeCount => _rangeCount;

    public bool HoldsBlock { get; private set; }

    /// <summary>Stores what is new of a segment's bytes. The caller has cut them to the window.</summary>
    /// <param name="offset">Not before <see cref="Next"/>.</param>
    /// <param name="bytes">At least one.</param>
    /// <returns>False when there is no memory for all of it, or there are too many gaps: nothing is kept then.</returns>
    public bool Insert(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset != Next && _rangeCount == MostRanges || !Store(offset, bytes))
            return false;
        var end = offset + bytes.Length;
        if (offset > Next)
        {
            AddRange(offset, end);
            return true;
        }
        Next = end;
        var filled = 0;
        for (; filled < _rangeCount && _ranges![filled].Start <= Next; filled++)
            Next = Math.Max(Next, _ranges[filled].End);
        RemoveRanges(0, filled);
        return true;
    }

    /// <summary>Whether all of these bytes have arrived already.</summary>
    public bool Holds(long start, long end)
    {
        for (var i = 0; i < _rangeCount; i++)
            if (_ranges![i].Start <= start && end <= _ranges[i].End)
                return true;
        return end <= Next;
    }

    /// <summary>The ranges for a SACK option: the one that the newest segment is in comes first (RFC 2018 section 4).</summary>
    /// <param name="blocks">As many as fit.</param>
    /// <returns>How many were written.</returns>
    public int Newest(Span<ReceivedRange> blocks)
    {
        var count = 0;
        var below = uint.MaxValue;
        for (; count < blocks.Length && count < _rangeCount; count++)
        {
            ReceivedRange best = default;
            for (var i = 0; i < _rangeCount; i++)
                if (_ranges![i].Arrival < below && _ranges[i].Arrival >= best.Arrival)
                    best = _ranges[i];
            blocks[count] = best;
            below = best.Arrival;
        }
        return count;
    }

    /// <summary>The readable bytes from an offset to the end of their page. Empty at <see cref="Next"/>.</summary>
    /// <param name="offset">From <see cref="Read"/> on.</param>
    public ReadOnlyMemory<byte> Peek(long offset)
    {
        var length = (int)Math.Min(Next - offset, PageSize - (offset & (PageSize - 1)));
        return length == 0 ? default : Page(offset >> PageBits)!.Memory.Slice((int)(offset & (PageSize - 1)), length);
    }

    /// <summary>The reader is done with the first bytes; their blocks go back.</summary>
    public void Consume(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Available);
        var before = Read >> PageBits;
        Read += bytes;
        for (var page = before; page < Read >> PageBits; page++)
            Free(page);
        if (Read == Next && _rangeCount == 0)
        {
            Free(Read >> PageBits);
            HoldsBlock = false;
            if (_pages is { Length: > 16 })
                ReturnPages();
            if (_ranges is { Length: > 16 })
                ReturnRanges();
        }
    }

    /// <summary>Gives all memory back; nothing can be read any more.</summary>
    public void Clear()
    {
        if (_pages is not null)
            foreach (var block in _pages)
                if (block is not null)
                    pool.Return(block);
        ReturnPages();
        ReturnRanges();
        _rangeCount = 0;
        HoldsBlock = false;
        Read = Next;
    }

    /// <summary>Walks all of it: for debug builds and their fuzzing.</summary>
    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        Debug.Assert(Read <= Next && _rangeCount <= MostRanges, "the bounds");
        var before = Next;
        for (var i = 0; i < _rangeCount; i++)
        {
            Debug.Assert(before < _ranges![i].Start && _ranges[i].Start < _ranges[i].End, "ranges are sorted and apart");
            before = _ranges[i].End;
            for (var page = _ranges[i].Start >> PageBits; page <= before - 1 >> PageBits; page++)
                Debug.Assert(Page(page) is not null, "what arrived is held");
        }
        for (var page = Read >> PageBits; Available > 0 && page <= Next - 1 >> PageBits; page++)
            Debug.Assert(Page(page) is not null, "what can be read is held");
    }

    private Block? Page(long page) => _pages![(int)page & (_pages.Length - 1)];

    private void Free(long page)
    {
        if (_pages is null)
            return;
        ref var slot = ref _pages[(int)page & (_pages.Length - 1)];
        if (slot is null)
            return;
        pool.Return(slot);
        slot = null;
    }

    private bool Store(long offset, ReadOnlySpan<byte> bytes)
    {
        var last = offset + bytes.Length - 1 >> PageBits;
        Reserve((int)(last - (Read >> PageBits)) + 1);
        var missing = 0;
        for (var page = offset >> PageBits; page <= last; page++)
            missing += Page(page) is null ? PageSize : 0;
        if (missing > 0 && pool.Free < missing)
            return false;
        while (!bytes.IsEmpty)
        {
            ref var slot = ref _pages![(int)(offset >> PageBits) & (_pages.Length - 1)];
            if (slot is null)
            {
                slot = pool.Rent();
                HoldsBlock = true;
            }
            var at = (int)(offset & (PageSize - 1));
            var step = Math.Min(bytes.Length, PageSize - at);
            bytes[..step].CopyTo(slot.Span[at..]);
            bytes = bytes[step..];
            offset += step;
        }
        return true;
    }

    private void Reserve(int pages)
    {
        var old = _pages;
        if (old is not null && pages <= old.Length)
            return;
        _pages = pool.Pages.Rent(Math.Max(4, (int)BitOperations.RoundUpToPowerOf2((uint)pages)));
        if (old is null)
            return;
        var first = Read >> PageBits;
        for (var page = first; page < first + old.Length; page++)
            _pages[(int)page & (_pages.Length - 1)] = old[(int)page & (old.Length - 1)];
        pool.Pages.Return(old);
    }

    private void GrowRanges()
    {
        var grown = pool.Ranges.Rent(Math.Max(8, _rangeCount * 2));
        _ranges?.CopyTo(grown);
        ReturnRanges();
        _ranges = grown;
    }

    private void ReturnRanges()
    {
        if (_ranges is not null)
            pool.Ranges.Return(_ranges);
        _ranges = null;
    }

    private void ReturnPages()
    {
        if (_pages is not null)
            pool.Pages.Return(_pages);
        _pages = null;
    }

    // Ranges are sorted, apart from one another and behind Next.
    private void AddRange(long start, long end)
    {
        var first = 0;
        while (first < _rangeCount && _ranges![first].End < start)
            first++;
        var last = first;
        for (; last < _rangeCount && _ranges![last].Start <= end; last++)
        {
            start = Math.Min(start, _ranges[last].Start);
            end = Math.Max(end, _ranges[last].End);
        }
        if (last == first)
        {
            if (_ranges is null || _rangeCount == _ranges.Length)
                GrowRanges();
            Array.Copy(_ranges!, first, _ranges!, first + 1, _rangeCount - first);
            _rangeCount++;
        }
        else
        {
            RemoveRanges(first, last - first - 1);
        }
        _ranges![first] = new ReceivedRange(start, end, ++_arrivals);
    }

    private void RemoveRanges(int index, int count)
    {
        if (count <= 0)
            return;
        Array.Copy(_ranges!, index + count, _ranges!, index, _rangeCount - index - count);
        _rangeCount -= count;
    }
}
