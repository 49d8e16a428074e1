namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.DERPMap (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum RelayMapField
{
    HomeParams, Regions, OmitDefaultRegions,
}
