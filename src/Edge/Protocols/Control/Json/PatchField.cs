namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.PeerChange (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum PatchField
{
    NodeID, DERPRegion, Cap, CapMap, Endpoints, Key, KeySignature, DiscoKey, Online, LastSeen, KeyExpiry,
}
