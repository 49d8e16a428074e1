using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Protocols.Disco;

namespace Edge.Node.Tailnet;

/// <summary>A peer at one moment.</summary>
/// <param name="Node">As the netmap has it.</param>
/// <param name="Path">How packets go there.</param>
/// <param name="State">What path discovery knows.</param>
/// <param name="Endpoint">Where it is; null unless the path is direct.</param>
/// <param name="Latency">There and back over the endpoint; null: not measured.</param>
/// <param name="SinceHandshake">Null: no session yet.</param>
/// <param name="ReceivedBytes">On the wire, without UDP and IP.</param>
/// <param name="SentBytes">The same.</param>
internal sealed record TailnetPeerStatus(
    TailnetNode Node, PathKind Path, PathState State, Endpoint? Endpoint, TimeSpan? Latency, TimeSpan? SinceHandshake, ulong ReceivedBytes, ulong SentBytes);
