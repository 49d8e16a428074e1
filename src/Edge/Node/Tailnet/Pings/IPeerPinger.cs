using Edge.Foundation.Addresses;
using Edge.Protocols.Control.Messages;

namespace Edge.Node.Tailnet.Pings;

/// <summary>Pings nodes of the tailnet.</summary>
internal interface IPeerPinger
{
    /// <summary>Pings once.</summary>
    /// <param name="target">An address of a peer's, or behind one.</param>
    /// <param name="kind">How.</param>
    /// <param name="cancellation">When it has waited long enough for the answer.</param>
    /// <returns>What came of it, a failure that is known included.</returns>
    /// <exception cref="OperationCanceledException">There was no answer by then.</exception>
    Task<PingReport> Ping(IpAddress target, PingKind kind, CancellationToken cancellation);
}
