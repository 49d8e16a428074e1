namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.NetInfo (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum NetworkField
{
    MappingVariesByDestIP, WorkingIPv6, OSHasIPv6, WorkingUDP, WorkingICMPv4, HavePortMap, UPnP, PMP, PCP, PreferredDERP, LinkType, DERPLatency, FirewallMode,
}
