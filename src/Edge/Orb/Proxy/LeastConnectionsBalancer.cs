using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>The upstream with the fewest requests under way for its weight; among equals, in turn.</summary>
internal sealed class LeastConnectionsBalancer(Backend[] backends) : Balancer
{
    private uint _next = uint.MaxValue;

    public override Backend? Choose(HttpContext context, List<Backend>? tried)
    {
        var start = Interlocked.Increment(ref _next);
        Backend? best = null;
        long bestUnderWay = 0;
        for (uint i = 0; i < backends.Length; i++)
        {
            var backend = backends[(start + i) % (uint)backends.Length];
            if (!backend.IsUsable(tried)) continue;
            var underWay = (long)backend.UnderWay;
            // underWay / weight < bestUnderWay / best.Weight, without dividing.
            if (best is null || underWay * best.Weight < bestUnderWay * backend.Weight) (best, bestUnderWay) = (backend, underWay);
        }
        return best;
    }
}
