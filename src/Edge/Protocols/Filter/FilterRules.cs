using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Filter;

/// <summary>
/// The tailnet's packet filter, made ready to be looked up in; it never changes, and any thread may make one. A look-up takes time with the logarithm of
/// the number of rules: the source's place among all sources (<see cref="IntervalIndex"/>), then, for the few groups of rules met there, the destination's
/// place among theirs and the port's among its ports (<see cref="DestinationTable"/>). Rules with the same source are merged, so that a thousand rules from
/// `*` are one group. Making it sorts all sources and destinations: n log n. It knows no peers: which sources have a capability is asked when a packet comes
/// (<see cref="SourceCapabilities"/>).
/// </summary>
internal sealed class FilterRules
{
    private readonly FamilyRules _v4;
    private readonly FamilyRules _v6;
    private readonly GrantTable _grants;
    private readonly Dictionary<string, int> _capabilities = new(StringComparer.Ordinal);

    /// <param name="rules">All named filters, one behind the other. None: nothing new may come in.</param>
    public FilterRules(ValueList<FilterRule> rules)
    {
        foreach (var rule in rules)
        {
            foreach (var name in rule.SourceCapabilities)
                _capabilities.TryAdd(name, _capabilities.Count);
        }
        _v4 = new FamilyRules(rules, _capabilities, isV6: false);
        _v6 = new FamilyRules(rules, _capabilities, isV6: true);
        _grants = new GrantTable(rules);
    }

    /// <summary>How many capabilities the rules name as sources.</summary>
    public int CapabilityCount => _capabilities.Count;

    /// <summary>The number of a capability that the rules name; false: they do not.</summary>
    public bool TryGetCapability(string name, out int number) => _capabilities.TryGetValue(name, out number);

    public bool Admits(bool isV6, IpAddress source, IpAddress destination, in FilterQuestion question) =>
        (isV6 ? _v6 : _v4).Admits(source.Bits, destination.Bits, question);

    public bool CapabilityAdmits(bool isV6, int capability, IpAddress destination, in FilterQuestion question) =>
        (isV6 ? _v6 : _v4).CapabilityAdmits(capability, destination.Bits, question);

    /// <summary>What the policy lets <paramref name="source"/> ask of applications at <paramref name="destination"/>, an address of this node.</summary>
    /// <returns>In the order of the names; a name's arguments in the order of the rules.</returns>
    public ValueList<GrantedCapability> CapabilitiesOf(IpAddress source, IpAddress destination) => _grants.Find(source, destination);
}
