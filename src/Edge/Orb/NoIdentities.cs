using Edge.Foundation.Addresses;

namespace Edge.Orb;

/// <summary>The source of a server without networks: it knows nobody.</summary>
internal sealed class NoIdentities : IIdentitySource
{
    public ValueTask<Identity?> Find(ConnectionOrigin origin, Endpoint caller, CancellationToken cancellation) => new((Identity?)null);
}
