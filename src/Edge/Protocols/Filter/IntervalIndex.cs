namespace Edge.Protocols.Filter;

/// <summary>
/// Which of many ranges hold an address: a segment tree. The ends of all ranges cut the family's addresses into pieces, the tree's leaves; each range is
/// noted at the few nodes, at most two of each level, that cover it. A look-up finds its piece by halving and walks from there to the root: 2 log2 of
/// the number of ranges steps, however they overlap. What it meets are lists of the ranges' numbers (<see cref="ListTable"/>).
/// </summary>
internal sealed class IntervalIndex
{
    private readonly UInt128[] _starts;

    // Node i has the children 2i and 2i + 1; the leaves are the upper half.
    private readonly int[] _lists;

    private IntervalIndex(UInt128[] starts, int[] lists)
    {
        _starts = starts;
        _lists = lists;
    }

    /// <param name="ranges">Of one family.</param>
    /// <param name="numbers">Each range's number; several may have the same.</param>
    /// <param name="lists">Gets the lists.</param>
    public static IntervalIndex Build(ReadOnlySpan<KeyRange> ranges, ReadOnlySpan<int> numbers, ListTable lists)
    {
        var starts = StartsOf(ranges);
        var count = starts.Length;
        var notes = new List<long>(ranges.Length);
        for (var i = 0; i < ranges.Length; i++)
        {
            var low = IndexOf(starts, ranges[i].First) + count;
            var high = IndexOf(starts, ranges[i].Last) + count + 1;
            for (; low < high; low >>= 1, high >>= 1)
            {
                if ((low & 1) != 0)
                    notes.Add(((long)low++ << 32) | (uint)numbers[i]);
                if ((high & 1) != 0)
                    notes.Add(((long)--high << 32) | (uint)numbers[i]);
            }
        }
        notes.Sort();
        var nodes = new int[2 * count];
        var list = new List<int>();
        for (var i = 0; i < notes.Count; i++)
        {
            if (i == 0 || notes[i] != notes[i - 1])
                list.Add((int)notes[i]);
            var node = (int)(notes[i] >> 32);
            if (i + 1 == notes.Count || (int)(notes[i + 1] >> 32) != node)
            {
                nodes[node] = lists.Add(list);
                list.Clear();
            }
        }
        return new IntervalIndex(starts, nodes);
    }

    /// <summary>The lists of the ranges that hold the address.</summary>
    public PathEnumerator ListsAt(UInt128 key) => new(_lists, IndexOf(_starts, key) + _starts.Length);

    private static UInt128[] StartsOf(ReadOnlySpan<KeyRange> ranges)
    {
        var starts = new List<UInt128>(2 * ranges.Length + 1) { UInt128.Zero };
        foreach (var range in ranges)
        {
            starts.Add(range.First);
            if (range.Last != UInt128.MaxValue)
                starts.Add(range.Last + 1);
        }
        starts.Sort();
        var count = 1;
        for (var i = 1; i < starts.Count; i++)
        {
            if (starts[i] != starts[count - 1])
                starts[count++] = starts[i];
        }
        starts.RemoveRange(count, starts.Count - count);
        return [.. starts];
    }

    /// <summary>The piece that holds the address.</summary>
    private static int IndexOf(UInt128[] starts, UInt128 key)
    {
        int low = 1, high = starts.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (starts[middle] <= key)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    internal struct PathEnumerator(int[] lists, int leaf)
    {
        private int _next = leaf;

        public int Current { get; private set; }

        public readonly PathEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_next > 0)
            {
                Current = lists[_next];
                _next >>= 1;
                if (Current != ListTable.None)
                    return true;
            }
            return false;
        }
    }
}
