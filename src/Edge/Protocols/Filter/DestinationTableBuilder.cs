using Edge.Foundation.Netmap;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Filter;

/// <summary>
/// Makes a <see cref="DestinationTable"/>. Rules that have a source in common are merged to one matcher, so that a look-up does not grow with their number,
/// as long as all merged ones together stay within <see cref="MergeFactor"/> times what the rules themselves hold; beyond that their matchers are
/// asked one after the other. Memory is thus linear in the rules, whatever they are.
/// </summary>
internal sealed class DestinationTableBuilder
{
    private const int MergeFactor = 8;
    private const int FreeMerges = 1 << 16;

    /// <summary>More ranges than that get an index.</summary>
    private const int FewRanges = 8;

    private readonly ValueList<FilterRule> _rules;
    private readonly bool _isV6;
    private readonly List<DestinationMatcher> _matchers = [];
    private readonly List<OpenRange> _ranges = [];
    private readonly List<PortSpan> _ports = [];
    private readonly List<ProtocolSet> _protocols = [default];
    private readonly Dictionary<ProtocolSet, int> _protocolNumbers = new() { [default] = 0 };
    private readonly List<IntervalIndex> _indices = [];
    private readonly List<int> _parts = [];
    private readonly ListTable _lists = new();
    private readonly List<Opening> _openings = [];
    private readonly int[] _ofRule;
    private long _mergesLeft = FreeMerges;

    public DestinationTableBuilder(ValueList<FilterRule> rules, bool isV6)
    {
        _rules = rules;
        _isV6 = isV6;
        _ofRule = new int[rules.Count];
        Array.Fill(_ofRule, -1);
        foreach (var rule in rules)
            _mergesLeft += (long)MergeFactor * rule.Destinations.Count;
    }

    public DestinationTable Finish() => new([.. _matchers], [.. _ranges], [.. _ports], [.. _protocols], [.. _indices], [.. _parts], _lists);

    /// <summary>Whether a rule opens anything in this family.</summary>
    public bool HasDestination(int rule)
    {
        foreach (var destination in _rules[rule].Destinations)
        {
            if (destination.Addresses.First.IsV4 != _isV6)
                return true;
        }
        return false;
    }

    /// <summary>The matcher of these rules together.</summary>
    public int Add(ReadOnlySpan<int> rules)
    {
        if (rules.Length == 1)
            return OfRule(rules[0]);
        long cost = 0;
        foreach (var rule in rules)
            cost += _rules[rule].Destinations.Count;
        if (cost <= _mergesLeft)
        {
            _mergesLeft -= cost;
            return Compile(rules);
        }
        var parts = new int[rules.Length];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = OfRule(rules[i]);
        _matchers.Add(new(MatcherKind.Parts, _parts.Count, parts.Length));
        _parts.AddRange(parts);
        return _matchers.Count - 1;
    }

    private int OfRule(int rule)
    {
        if (_ofRule[rule] < 0)
            _ofRule[rule] = Compile([rule]);
        return _ofRule[rule];
    }

    private int Compile(ReadOnlySpan<int> rules)
    {
        _openings.Clear();
        foreach (var rule in rules)
            CollectOpenings(_rules[rule]);
        _openings.Sort();
        var first = _ranges.Count;
        for (var at = 0; at < _openings.Count;)
            at = AddRange(at);
        var count = _ranges.Count - first;
        if (count <= FewRanges)
        {
            _matchers.Add(new(MatcherKind.Ranges, first, count));
            return _matchers.Count - 1;
        }
        var addresses = new KeyRange[count];
        var numbers = new int[count];
        for (var i = 0; i < count; i++)
            (addresses[i], numbers[i]) = (_ranges[first + i].Addresses, i);
        _matchers.Add(new(MatcherKind.Index, first, _indices.Count));
        _indices.Add(IntervalIndex.Build(addresses, numbers, _lists));
        return _matchers.Count - 1;
    }

    private void CollectOpenings(FilterRule rule)
    {
        var whole = default(ProtocolSet);
        foreach (var number in rule.Protocols)
            whole = whole.With((IpProtocol)number);
        var wholeNumber = NumberOf(whole);
        foreach (var (addresses, ports) in rule.Destinations)
        {
            if (addresses.First.IsV4 == _isV6)
                continue;
            var range = KeyRange.Of(addresses);
            // The range itself counts, for ICMP, though it may open no port.
            _openings.Add(new Opening(range, new PortSpan(1, 0), ports == PortRange.All ? wholeNumber : 0));
            if (ports.First > ports.Last)
                continue;
            foreach (var protocol in (ReadOnlySpan<IpProtocol>)[IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp])
            {
                if (whole.Has(protocol))
                    _openings.Add(new Opening(range, new PortSpan(FilterQuestion.KeyOf(protocol, ports.First), FilterQuestion.KeyOf(protocol, ports.Last)), 0));
            }
        }
    }

    /// <summary>Joins the openings of the same addresses, from <paramref name="at"/> on; returns where the next addresses start.</summary>
    private int AddRange(int at)
    {
        var addresses = _openings[at].Addresses;
        var firstPort = _ports.Count;
        var protocols = default(ProtocolSet);
        for (; at < _openings.Count && _openings[at].Addresses == addresses; at++)
        {
            var opening = _openings[at];
            protocols = protocols.With(_protocols[opening.Protocols]);
            if (opening.Ports.First > opening.Ports.Last)
                continue;
            if (_ports.Count > firstPort && _ports[^1] is var last && opening.Ports.First <= last.Last + 1)
                _ports[^1] = last with { Last = Math.Max(last.Last, opening.Ports.Last) };
            else
                _ports.Add(opening.Ports);
        }
        _ranges.Add(new OpenRange(addresses, firstPort, _ports.Count - firstPort, NumberOf(protocols)));
        return at;
    }

    private int NumberOf(ProtocolSet protocols)
    {
        if (!_protocolNumbers.TryGetValue(protocols, out var number))
        {
            number = _protocols.Count;
            _protocols.Add(protocols);
            _protocolNumbers.Add(protocols, number);
        }
        return number;
    }

    private readonly record struct Opening(KeyRange Addresses, PortSpan Ports, int Protocols) : IComparable<Opening>
    {
        public int CompareTo(Opening other) =>
            Addresses.First != other.Addresses.First ? Addresses.First.CompareTo(other.Addresses.First)
            : Addresses.Last != other.Addresses.Last ? Addresses.Last.CompareTo(other.Addresses.Last)
            : Ports.First.CompareTo(other.Ports.First);
    }
}
