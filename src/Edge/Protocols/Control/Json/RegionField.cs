namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.DERPRegion (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum RegionField
{
    RegionID, RegionCode, RegionName, Latitude, Longitude, Avoid, NoMeasureNoHome, Nodes,
}
