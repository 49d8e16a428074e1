using System.Net;
using System.Net.Sockets;

namespace Edge.Io;

/// <summary>The host's own resolver.</summary>
internal sealed class SystemResolver : IResolver
{
    public async ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
            return addresses.Length > 0 ? addresses : throw new DialException(DialStep.LookUp, $"{host} has no address");
        }
        catch (SocketException e)
        {
            // RFC 6761, section 6.3: localhost is this host, also where no resolver and no hosts file are (an image from scratch).
            if (host.TrimEnd('.').Equals("localhost", StringComparison.OrdinalIgnoreCase)) return [IPAddress.Loopback, IPAddress.IPv6Loopback];
            var advice = ResolverFile.Read().Exists ? "" : $"; there is no {ResolverFile.Path}: mount one";
            throw new DialException(DialStep.LookUp, $"no address for {host}: {e.SocketErrorCode}{advice}", e);
        }
    }
}
