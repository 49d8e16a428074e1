using System.Net;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;

namespace Edge.Relay;

/// <summary>
/// Admits the nodes of a tailnet, as its node beside the relay knows them. While it knows nothing nobody is admitted, and a node that the policy hides
/// from this one is refused: it may be of the tailnet all the same. Who was admitted stays until the connection ends.
/// </summary>
/// <param name="map">The netmap in force; null: none yet.</param>
/// <param name="time">By which keys end.</param>
internal sealed class NetmapAdmission(Func<NetworkMap?> map, TimeProvider time) : IRelayAdmission
{
    public ValueTask<bool> Admits(PublicKey node, IPAddress source, CancellationToken cancellation)
    {
        if (map() is not { } known)
            return ValueTask.FromResult(false);
        var key = new KeyOf<NodeKind>(node);
        var found = known.Self.Key == key ? known.Self : known.FindPeer(key);
        return ValueTask.FromResult(found is not null && !found.IsExpiredAt(UtcTime.Of(time.GetUtcNow())));
    }
}
