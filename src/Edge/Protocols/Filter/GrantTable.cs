using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Filter;

/// <summary>
/// The rules' grants by source. Asked once for a connection, not for a packet: it collects the rules of the source by an <see cref="IntervalIndex"/> and looks
/// at each of their grants.
/// </summary>
internal sealed class GrantTable
{
    private readonly ValueList<FilterRule> _rules;
    private readonly IntervalIndex _v4;
    private readonly IntervalIndex _v6;
    private readonly ListTable _lists = new();

    public GrantTable(ValueList<FilterRule> rules)
    {
        _rules = rules;
        _v4 = Index(isV6: false);
        _v6 = Index(isV6: true);
    }

    public ValueList<GrantedCapability> Find(IpAddress source, IpAddress destination)
    {
        var rules = new List<int>();
        foreach (var list in (source.IsV4 ? _v4 : _v6).ListsAt(source.Bits))
            rules.AddRange(_lists[list]);
        if (rules.Count == 0)
            return default;
        rules.Sort();
        var found = new SortedList<string, Values>(StringComparer.Ordinal);
        for (var i = 0; i < rules.Count; i++)
        {
            // A rule whose sources overlap is met more than once.
            if (i > 0 && rules[i] == rules[i - 1])
                continue;
            foreach (var grant in _rules[rules[i]].Grants)
            {
                if (grant.Name.Length == 0 || !grant.Destination.Contains(destination))
                    continue;
                if (!found.TryGetValue(grant.Name, out var values))
                    found.Add(grant.Name, values = new Values());
                values.Add(grant);
            }
        }
        var granted = new GrantedCapability[found.Count];
        for (var i = 0; i < granted.Length; i++)
            granted[i] = found.Values[i].ToGranted(found.Keys[i]);
        return new(granted);
    }

    private IntervalIndex Index(bool isV6)
    {
        var sources = new List<KeyRange>();
        var numbers = new List<int>();
        for (var i = 0; i < _rules.Count; i++)
        {
            if (_rules[i].Grants.IsEmpty)
                continue;
            foreach (var source in _rules[i].Sources)
            {
                if (source.First.IsV4 == isV6)
                    continue;
                sources.Add(KeyRange.Of(source));
                numbers.Add(i);
            }
        }
        return IntervalIndex.Build([.. sources], [.. numbers], _lists);
    }

    /// <summary>One capability's arguments from several grants.</summary>
    private sealed class Values
    {
        private readonly List<string> _texts = [];
        private bool _isList;
        private bool _isFirst = true;

        public void Add(in FilterGrant grant)
        {
            // An empty list behind null stays null, as appending nothing to nothing does in Go.
            _isList |= grant.HasValues && (_isFirst || !grant.Values.IsEmpty);
            _isFirst = false;
            _texts.AddRange(grant.Values.Span);
        }

        public GrantedCapability ToGranted(string name) => new(name, new([.. _texts]), _isList);
    }
}
