using Edge.Foundation.Addresses;

namespace Edge.Foundation.Netmap;

/// <summary>A DNS server to ask.</summary>
/// <param name="Address">An IP address, `IP:port`, `https://…` (DoH), `tls://…`, or `http://IP:port/dns-query` of a peer.</param>
/// <param name="Bootstrap">Addresses of the host that <paramref name="Address"/> names.</param>
/// <param name="UseWithExitNode">To be asked while an exit node is in use too.</param>
internal sealed record DnsResolver(string Address, ValueList<IpAddress> Bootstrap, bool UseWithExitNode);
