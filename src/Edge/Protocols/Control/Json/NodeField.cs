namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.Node (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum NodeField
{
    ID, StableID, Name, User, Sharer, Key, KeyExpiry, KeySignature, Machine, DiscoKey, Addresses, AllowedIPs, Endpoints, DERP, HomeDERP, Hostinfo,
    Created, Cap, Tags, PrimaryRoutes, LastSeen, Online, MachineAuthorized, Capabilities, CapMap, UnsignedPeerAPIOnly, Expired,
    SelfNodeV4MasqAddrForThisPeer, SelfNodeV6MasqAddrForThisPeer, IsWireGuardOnly, IsJailed, ExitNodeDNSResolvers,
}
