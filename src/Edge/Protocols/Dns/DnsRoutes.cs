using Edge.Foundation.Netmap;

namespace Edge.Protocols.Dns;

/// <summary>Whom to ask for a name: the route with the longest suffix has it. One look-up a label, however many routes.</summary>
internal sealed class DnsRoutes
{
    private readonly Dictionary<string, ValueList<DnsUpstream>> _bySuffix = new(StringComparer.Ordinal);

    /// <param name="routes">Suffixes are names' texts; `.` has all that no other has. Without resolvers: nobody is asked.</param>
    public DnsRoutes(ValueList<DnsRoute> routes)
    {
        foreach (var (suffix, resolvers) in routes)
            _bySuffix[suffix] = DnsUpstream.Of(resolvers);
    }

    /// <summary>Those of the tailnet that have resolvers, and for all other names its default or <paramref name="system"/>.</summary>
    public static DnsRoutes Of(DnsSettings settings, ValueList<DnsResolver> system)
    {
        var routes = new List<DnsRoute> { new(".", settings.Default.IsEmpty ? system : settings.Default) };
        foreach (var route in settings.Routes)
        {
            if (!route.Resolvers.IsEmpty)
                routes.Add(route);
        }
        return new DnsRoutes([.. routes]);
    }

    /// <param name="name">A name's text.</param>
    /// <returns>None: nobody may be asked.</returns>
    public ValueList<DnsUpstream> Find(ReadOnlySpan<char> name) => TryFindOwn(name, out _, out var upstreams) ? upstreams : _bySuffix.GetValueOrDefault(".");

    /// <summary>The length of the longest suffix that has a route other than the one for all names; 0: none.</summary>
    public int ClaimOf(ReadOnlySpan<char> name) => TryFindOwn(name, out var suffix, out _) ? suffix.Length : 0;

    private bool TryFindOwn(ReadOnlySpan<char> name, out ReadOnlySpan<char> suffix, out ValueList<DnsUpstream> upstreams)
    {
        var routes = _bySuffix.GetAlternateLookup<ReadOnlySpan<char>>();
        upstreams = default;
        for (suffix = name; !suffix.IsEmpty && suffix is not "."; suffix = DnsName.ParentOf(suffix))
        {
            if (routes.TryGetValue(suffix, out upstreams))
                return true;
        }
        return false;
    }
}
