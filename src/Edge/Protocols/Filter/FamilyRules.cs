using Edge.Foundation.Netmap;

namespace Edge.Protocols.Filter;

/// <summary>The rules of one family: from a source to what it may reach.</summary>
internal sealed class FamilyRules
{
    private readonly IntervalIndex _sources;

    // By the number of a list of rules, and of a capability.
    private readonly int[] _matcherOfList;
    private readonly int[] _matcherOfCapability;
    private readonly DestinationTable _destinations;

    /// <param name="rules">All, of both families.</param>
    /// <param name="capabilities">The numbers of the capabilities that the rules name.</param>
    /// <param name="isV6">Which family.</param>
    public FamilyRules(ValueList<FilterRule> rules, Dictionary<string, int> capabilities, bool isV6)
    {
        var destinations = new DestinationTableBuilder(rules, isV6);
        var sources = new List<KeyRange>();
        var numbers = new List<int>();
        var ofCapability = new List<int>[capabilities.Count];
        for (var i = 0; i < rules.Count; i++)
        {
            if (!destinations.HasDestination(i))
                continue;
            foreach (var source in rules[i].Sources)
            {
                if (source.First.IsV4 == isV6)
                    continue;
                sources.Add(KeyRange.Of(source));
                numbers.Add(i);
            }
            foreach (var name in rules[i].SourceCapabilities)
                (ofCapability[capabilities[name]] ??= []).Add(i);
        }
        var lists = new ListTable();
        _sources = IntervalIndex.Build([.. sources], [.. numbers], lists);
        _matcherOfList = new int[lists.Count];
        for (var list = 1; list < lists.Count; list++)
            _matcherOfList[list] = destinations.Add(lists[list]);
        _matcherOfCapability = new int[capabilities.Count];
        for (var i = 0; i < ofCapability.Length; i++)
            _matcherOfCapability[i] = ofCapability[i] is { } list ? destinations.Add([.. list]) : -1;
        _destinations = destinations.Finish();
    }

    public bool Admits(UInt128 source, UInt128 destination, in FilterQuestion question)
    {
        foreach (var list in _sources.ListsAt(source))
        {
            if (_destinations.Admits(_matcherOfList[list], destination, question))
                return true;
        }
        return false;
    }

    /// <summary>Whether the rules for sources with this capability admit it.</summary>
    /// <remarks>
    /// Where a capability opens anything, ICMP passes to every address of this node: so does Tailscale 1.96.5 (wgengine/filter/match.go, matchIPsOnly).
    /// All of a protocol without ports is not open to capabilities there (matchProtoAndIPsOnlyIfAllPorts).
    /// </remarks>
    public bool CapabilityAdmits(int capability, UInt128 destination, in FilterQuestion question) =>
        _matcherOfCapability[capability] is >= 0 and var matcher
        && question.Kind switch
        {
            QuestionKind.Anything => true,
            QuestionKind.Whole => false,
            _ => _destinations.Admits(matcher, destination, question),
        };
}
