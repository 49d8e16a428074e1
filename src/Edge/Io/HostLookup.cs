using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Addresses;

namespace Edge.Io;

/// <summary>Asks the system's resolver for a host's addresses.</summary>
internal static class HostLookup
{
    /// <summary>The addresses of a name, in the resolver's order; an address is its own answer. Empty: there are none, or nobody answered.</summary>
    public static async Task<IReadOnlyList<IpAddress>> Find(string host, CancellationToken cancellation)
    {
        if (IpAddress.TryParse(host, out var literal))
            return [literal];
        try
        {
            return [.. (await Dns.GetHostAddressesAsync(host, cancellation)).Select(IpAddress.Of)];
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
