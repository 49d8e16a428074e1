using System.Runtime.InteropServices;

namespace Edge.Protocols.Filter;

/// <summary>Lists of numbers, each kept once: many sources share the rules that name them.</summary>
internal sealed class ListTable
{
    /// <summary>The empty list.</summary>
    public const int None = 0;

    private readonly List<int> _numbers = [];
    private readonly List<(int Start, int Count)> _lists = [(0, 0)];

    // By a hash of the contents: the first list of that hash, and the next of each.
    private readonly Dictionary<int, int> _byHash = [];
    private readonly List<int> _next = [0];

    /// <summary>Lists, the empty one included.</summary>
    public int Count => _lists.Count;

    public ReadOnlySpan<int> this[int list] => CollectionsMarshal.AsSpan(_numbers).Slice(_lists[list].Start, _lists[list].Count);

    /// <summary>The list of these numbers: the one that is there, or a new one.</summary>
    public int Add(List<int> numbers)
    {
        if (numbers.Count == 0)
            return None;
        var span = CollectionsMarshal.AsSpan(numbers);
        var hash = 0u;
        foreach (var number in span)
            hash = (hash ^ (uint)number) * 0x0100_0193 + (hash >> 15);
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, (int)hash, out _);
        for (var at = first; at != None; at = _next[at])
        {
            if (this[at].SequenceEqual(span))
                return at;
        }
        var made = _lists.Count;
        _lists.Add((_numbers.Count, numbers.Count));
        _next.Add(first);
        first = made;
        _numbers.AddRange(span);
        return made;
    }
}
