using System.Net;
using Edge.Foundation.Addresses;
using Edge.Io;

namespace Edge.Node.Networks;

/// <summary>Reaches a network's addresses through it.</summary>
/// <param name="network">The network.</param>
/// <param name="others">Reaches what it does not claim; null: everything is reached through the network, or not at all.</param>
internal sealed class NetworkConnector(VirtualNetwork network, IConnector? others) : IConnector
{
    /// <inheritdoc/>
    public ValueTask<Stream> Connect(IPEndPoint endpoint, CancellationToken cancellation)
    {
        var address = IpAddress.Of(endpoint.Address);
        return others is not null && !network.Claims(address) ? others.Connect(endpoint, cancellation) : Through(new Endpoint(address, (ushort)endpoint.Port), cancellation);
    }

    private async ValueTask<Stream> Through(Endpoint endpoint, CancellationToken cancellation) => new TunnelStream(await network.Dial(endpoint, cancellation));
}
