using Edge.Foundation.Addresses;

namespace Edge.Foundation.Netmap;

/// <summary>How the tailnet resolves names (tailcfg.DNSConfig).</summary>
internal sealed record DnsConfig
{
    public static DnsConfig Empty { get; } = new();

    /// <summary>For all names that no route takes; empty: the system's own.</summary>
    public ValueList<DnsResolver> Resolvers { get; init; }

    /// <summary>In the ordinal order of their suffixes, each once.</summary>
    public ValueList<DnsRoute> Routes { get; init; }

    /// <summary>For what the system cannot resolve by itself while only routes are set.</summary>
    public ValueList<DnsResolver> FallbackResolvers { get; init; }

    /// <summary>Search domains; the first of them is the tailnet's own, if MagicDNS is on.</summary>
    public ValueList<string> Domains { get; init; }

    /// <summary>MagicDNS is on: names of peers are answered.</summary>
    public bool IsMagicDns { get; init; }

    /// <summary>From before <see cref="Resolvers"/>.</summary>
    public ValueList<IpAddress> Nameservers { get; init; }

    /// <summary>Names for which the server helps to get certificates.</summary>
    public ValueList<string> CertificateDomains { get; init; }

    public ValueList<DnsRecord> ExtraRecords { get; init; }

    /// <summary>Names that an exit node does not look up for others; `.example.com` is all under it.</summary>
    public ValueList<string> ExitNodeFilteredSet { get; init; }
}
