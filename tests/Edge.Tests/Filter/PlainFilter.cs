using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Wire;

namespace Edge.Tests.Filter;

/// <summary>The rules as sentences: every rule is looked at, in the words of the documentation of FilterRule.</summary>
internal sealed class PlainFilter(ValueList<FilterRule> rules)
{
    public Dictionary<IpAddress, HashSet<string>> Capabilities { get; } = [];

    public bool AdmitsPort(IpProtocol protocol, IpAddress source, IpAddress destination, ushort port) => rules.Any(rule =>
        rule.Protocols.Contains((byte)protocol)
        && (IsSource(rule, source) || HasCapability(rule, source))
        && rule.Destinations.Any(open => open.Addresses.Contains(destination) && open.Ports.Contains(port)));

    public bool AdmitsWhole(IpProtocol protocol, IpAddress source, IpAddress destination) => rules.Any(rule =>
        rule.Protocols.Contains((byte)protocol)
        && IsSource(rule, source)
        && rule.Destinations.Any(open => open.Addresses.Contains(destination) && open.Ports == PortRange.All));

    public bool AdmitsIcmp(IpAddress source, IpAddress destination) => rules.Any(rule =>
        (IsSource(rule, source) && rule.Destinations.Any(open => open.Addresses.Contains(destination)))
        || (HasCapability(rule, source) && rule.Destinations.Any(open => open.Addresses.First.IsV4 == destination.IsV4)));

    private static bool IsSource(FilterRule rule, IpAddress source) => rule.Sources.Any(range => range.Contains(source));

    private bool HasCapability(FilterRule rule, IpAddress source) =>
        Capabilities.TryGetValue(source, out var names) && rule.SourceCapabilities.Any(names.Contains);
}
