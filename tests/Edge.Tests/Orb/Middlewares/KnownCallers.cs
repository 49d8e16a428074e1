using Edge.Foundation.Addresses;
using Edge.Orb;

namespace Edge.Tests.Orb.Middlewares;

/// <summary>Everybody is whom the test says, and the answer comes later or at once.</summary>
internal sealed class KnownCallers(Identity? identity, bool isLater = false) : IIdentitySource
{
    public List<(ConnectionOrigin Origin, Endpoint Caller)> Asked { get; } = [];

    public async ValueTask<Identity?> Find(ConnectionOrigin origin, Endpoint caller, CancellationToken cancellation)
    {
        Asked.Add((origin, caller));
        if (isLater)
            await Task.Yield();
        return identity;
    }
}
