using Microsoft.AspNetCore.Http;
using Endpoint = Edge.Foundation.Addresses.Endpoint;

namespace Edge.Orb.Middlewares;

/// <summary>The identity of a request's caller, asked for once a request.</summary>
internal static class Callers
{
    /// <returns>Null: nobody that a network knows; always so for Funnel's callers.</returns>
    public static ValueTask<Identity?> Find(HttpContext context, IIdentitySource source)
    {
        if (context.Features.Get<Identity>() is { } known)
            return new ValueTask<Identity?>(known);
        var origin = context.Features.Get<ConnectionOrigin>() ?? ConnectionOrigin.Public.Instance;
        if (origin is ConnectionOrigin.Funnel || !ClientKey.TryGetAddress(context, out var address))
            return new ValueTask<Identity?>((Identity?)null);
        var found = source.Find(origin, new Endpoint(address, (ushort)context.Connection.RemotePort), context.RequestAborted);
        return found.IsCompletedSuccessfully ? new ValueTask<Identity?>(Remember(context, found.Result)) : Await(context, found);
    }

    private static async ValueTask<Identity?> Await(HttpContext context, ValueTask<Identity?> found) => Remember(context, await found);

    private static Identity? Remember(HttpContext context, Identity? identity)
    {
        if (identity is not null)
            context.Features.Set(identity);
        return identity;
    }
}
