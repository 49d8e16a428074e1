using System.Diagnostics.CodeAnalysis;
using Edge.Foundation.Configuration;
using Edge.Io.Derp;

namespace Edge.Relay;

/// <summary>Another relay of the region, as it is named on the command line.</summary>
internal static class MeshPeer
{
    /// <summary><c>HOST[:PORT]</c>, as derper takes it with <c>/ADDRESS</c> to dial instead of looking the host up, and with <c>=sha256-raw:HEX</c> for a certificate that it made itself.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DerpNode? node)
    {
        node = null;
        var (host, pin) = text.IndexOf('=') is var equals and > 0 ? (text[..equals], text[(equals + 1)..]) : (text, "");
        if (pin.Length > 0 && (!pin.StartsWith(DerpNode.PinPrefix, StringComparison.Ordinal) || pin.Length != DerpNode.PinPrefix.Length + 64))
            return false;
        var (name, address) = host.IndexOf('/') is var slash and > 0 ? (host[..slash], host[(slash + 1)..]) : (host, "");
        if (!HostPort.TryParse(name, out var target) && !HostPort.TryParse(name + ":443", out target))
            return false;
        if (address.Length > 0 && !System.Net.IPAddress.TryParse(address, out _))
            return false;
        node = new DerpNode { HostName = target.Host, Port = target.Port, CertName = pin, IPv4 = address };
        return true;
    }
}
