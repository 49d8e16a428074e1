namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.DERPNode (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum RelayField
{
    Name, RegionID, HostName, CertName, IPv4, IPv6, STUNPort, STUNOnly, DERPPort, InsecureForTests, STUNTestIP, CanPort80,
}
