using Edge.Foundation.Addresses;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary>The address of a request's client, and which client it counts for.</summary>
internal static class ClientKey
{
    private static UInt128 Network => UInt128.MaxValue << 64;

    /// <returns>False: it came over a Unix socket.</returns>
    public static bool TryGetAddress(HttpContext context, out IpAddress address)
    {
        var remote = context.Connection.RemoteIpAddress;
        address = remote is null ? default : IpAddress.Of(remote);
        return remote is not null;
    }

    /// <summary>
    /// The client's address as a number; all of a Unix socket are one client. A public IPv6 client is its /64, the least that a
    /// subscriber gets (RFC 6177): it could send each request from another address of it. In a tunnel one /64 holds many peers.
    /// </summary>
    public static UInt128 Of(HttpContext context)
    {
        if (!TryGetAddress(context, out var address))
            return UInt128.Zero;
        // 2000::/3: RFC 4291, section 2.4.
        var isPublic = !address.IsV4 && address.Bits >> 125 == UInt128.One && context.Features.Get<ConnectionOrigin>() is not ConnectionOrigin.Tunnel;
        return isPublic ? address.Bits & Network : address.Bits;
    }
}
