namespace Edge.Foundation.Netmap;

/// <summary>Something that a node says it serves.</summary>
/// <param name="Protocol">`tcp`, `udp`, `peerapi4`, `peerapi6`, `peerapi-dns-proxy`.</param>
/// <param name="Port">Of `peerapi-dns-proxy`: 1 means "yes".</param>
/// <param name="Description">Empty, or what runs there.</param>
internal readonly record struct HostService(string Protocol, ushort Port, string Description);
