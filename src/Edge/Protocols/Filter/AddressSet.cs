using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Filter;

/// <summary>Addresses of both families as ranges that neither meet nor touch; a look-up halves the ranges until one is left.</summary>
internal sealed class AddressSet
{
    private readonly KeyRange[] _v4;
    private readonly KeyRange[] _v6;

    /// <param name="prefixes">In any order; they may overlap.</param>
    public AddressSet(ReadOnlySpan<IpPrefix> prefixes)
    {
        _v4 = Merge(prefixes, isV6: false);
        _v6 = Merge(prefixes, isV6: true);
    }

    public bool Contains(bool isV6, IpAddress address)
    {
        var ranges = isV6 ? _v6 : _v4;
        int low = 0, high = ranges.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ranges[middle].First <= address.Bits)
                low = middle + 1;
            else
                high = middle;
        }
        return low > 0 && address.Bits <= ranges[low - 1].Last;
    }

    private static KeyRange[] Merge(ReadOnlySpan<IpPrefix> prefixes, bool isV6)
    {
        var sorted = new List<KeyRange>();
        foreach (var prefix in prefixes)
        {
            if (prefix.Address.IsV4 != isV6)
                sorted.Add(KeyRange.Of(AddressRange.Of(prefix)));
        }
        sorted.Sort(static (a, b) => a.First.CompareTo(b.First));
        var merged = new List<KeyRange>();
        foreach (var range in sorted)
        {
            if (merged.Count > 0 && merged[^1] is var last && (range.First <= last.Last || range.First == last.Last + 1))
                merged[^1] = last with { Last = UInt128.Max(last.Last, range.Last) };
            else
                merged.Add(range);
        }
        return [.. merged];
    }
}
