using Edge.Foundation.Addresses;

namespace Edge.Orb;

/// <summary>Who is behind an address: the networks' answer to "who is this?".</summary>
internal interface IIdentitySource
{
    /// <param name="origin">Where the connection came in. Never Funnel: its callers have no identity.</param>
    /// <param name="caller">The connection's other end.</param>
    /// <param name="cancellation">Ends the question.</param>
    /// <returns>Null: nobody that a network knows.</returns>
    ValueTask<Identity?> Find(ConnectionOrigin origin, Endpoint caller, CancellationToken cancellation);
}
