namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.DNSConfig (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum DnsField
{
    Resolvers, Routes, FallbackResolvers, Domains, Proxied, Nameservers, CertDomains, ExtraRecords, ExitNodeFilteredSet,
}
