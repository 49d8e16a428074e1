namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.MapResponse (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum MapField
{
    KeepAlive, PingRequest, PopBrowserURL, Node, DERPMap, Peers, PeersChanged, PeersRemoved, PeersChangedPatch, PeerSeenChange, OnlineChange,
    DNSConfig, Domain, PacketFilter, PacketFilters, UserProfiles, Health, DisplayMessages, ControlTime, TKAInfo, ControlDialPlan,
}
