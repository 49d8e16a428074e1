using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>
/// By a key of the request: weighted rendezvous hashing. Each upstream draws a lot from key and address, and the best lot wins, so that an
/// upstream that comes or goes moves its own share of the keys and no other.
/// </summary>
internal sealed class HashBalancer(Backend[] backends, Func<HttpContext, string> keyOf) : Balancer
{
    public override Backend? Choose(HttpContext context, List<Backend>? tried)
    {
        var key = StableHash.Of(keyOf(context));
        Backend? best = null;
        var bestLot = double.NegativeInfinity;
        foreach (var backend in backends)
        {
            if (!backend.IsUsable(tried)) continue;
            // A uniform number in (0, 1); weight / -ln(u) gives each its weighted share (Schindelhauer and Schomaker, 2005).
            var uniform = ((StableHash.Mix(key ^ backend.Id) >> 11) + 0.5) * (1.0 / (1UL << 53));
            var lot = backend.Weight / -Math.Log(uniform);
            if (lot > bestLot) (best, bestLot) = (backend, lot);
        }
        return best;
    }
}
