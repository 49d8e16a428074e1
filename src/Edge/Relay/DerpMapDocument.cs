namespace Edge.Relay;

/// <summary>A DERP map with this relay alone, as stock clients and control servers read it (tailscale 1.96.5, tailcfg/derpmap.go).</summary>
internal sealed record DerpMapDocument(Dictionary<string, DerpRegionDocument> Regions);

/// <summary>The region that this relay makes up.</summary>
internal sealed record DerpRegionDocument(int RegionID, string RegionCode, string RegionName, IReadOnlyList<DerpNodeDocument> Nodes);

/// <summary>This relay.</summary>
/// <param name="Name">Of the node.</param>
/// <param name="RegionID">Of its region.</param>
/// <param name="HostName">Where clients connect to.</param>
/// <param name="CertName">The hash of its certificate; null: the certificate is for the host's name and somebody vouches for it.</param>
/// <param name="IPv4">Its address where the host is one; <c>none</c> where it has no IPv4.</param>
/// <param name="IPv6">The same of IPv6.</param>
/// <param name="DERPPort">The TCP port.</param>
/// <param name="STUNPort">The UDP port; -1: there is no STUN.</param>
internal sealed record DerpNodeDocument(string Name, int RegionID, string HostName, string? CertName, string? IPv4, string? IPv6, int DERPPort, int STUNPort);
