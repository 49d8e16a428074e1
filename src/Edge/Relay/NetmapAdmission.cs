using System.Net;
using Edge.Foundation.Keys;
using Edge.Node.Tailnet;

namespace Edge.Relay;

/// <summary>
/// Admits the nodes of a tailnet as this process sees it, itself among them. Before there is a netmap, and for nodes that the policy hides from
/// this one, the answer is no.
/// </summary>
internal sealed class NetmapAdmission(TailnetNetwork network) : IRelayAdmission
{
    public ValueTask<bool> Admits(PublicKey node, IPAddress source, CancellationToken cancellation)
    {
        var key = new KeyOf<NodeKind>(node);
        return ValueTask.FromResult(network.Map is { } map && (map.Self.Key == key || map.FindPeer(key) is not null));
    }
}
