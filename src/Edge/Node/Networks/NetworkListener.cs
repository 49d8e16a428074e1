using Edge.Foundation.Addresses;
using Edge.Protocols.Netstack;

namespace Edge.Node.Networks;

/// <summary>A port that is open in a network, on its own addresses.</summary>
/// <param name="address">One of them; null: all.</param>
/// <param name="port">TCP.</param>
/// <param name="accept">Takes each connection, on the network's thread: it hands it on and returns at once.</param>
internal sealed class NetworkListener(IpAddress? address, ushort port, Action<TunnelConnection> accept)
{
    public IpAddress? Address => address;

    public ushort Port => port;

    /// <summary>On the network's thread. Null: the network does not run.</summary>
    internal TcpListener? Listening { get; set; }

    internal void Accept(TunnelConnection connection) => accept(connection);
}
