using System.Net;
using Edge.Foundation.Keys;

namespace Edge.Relay;

/// <summary>Who decides which nodes may use a relay. Asked once for each connection that has proven its key.</summary>
internal interface IRelayAdmission
{
    /// <param name="node">The node's key.</param>
    /// <param name="source">Where it connects from.</param>
    /// <param name="cancellation">Ends with the relay.</param>
    ValueTask<bool> Admits(PublicKey node, IPAddress source, CancellationToken cancellation);
}
