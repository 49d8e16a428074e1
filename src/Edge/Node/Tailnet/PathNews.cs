using Edge.Foundation.Netmap;
using Edge.Protocols.Disco;

namespace Edge.Node.Tailnet;

/// <summary>Something happened to the path to a peer.</summary>
/// <param name="Node">The peer, by the netmap of that moment.</param>
/// <param name="Event">What.</param>
internal readonly record struct PathNews(TailnetNode Node, PathEvent Event);
