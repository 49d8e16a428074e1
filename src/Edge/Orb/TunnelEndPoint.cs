using System.Globalization;
using System.Net;
using Edge.Node.Networks;

namespace Edge.Orb;

/// <summary>A port in a network: what the server's transport binds instead of a socket's address.</summary>
internal sealed class TunnelEndPoint(VirtualNetwork network, ushort port) : EndPoint
{
    public VirtualNetwork Network => network;

    public ushort Port => port;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{network.Name}:{port}");
}
