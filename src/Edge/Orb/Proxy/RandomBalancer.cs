using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>At random, by weight.</summary>
internal sealed class RandomBalancer(Backend[] backends) : Balancer
{
    public override Backend? Choose(HttpContext context, List<Backend>? tried)
    {
        // One pass: each usable upstream takes the place of the one before with the probability of its share so far.
        Backend? chosen = null;
        var weights = 0;
        foreach (var backend in backends)
        {
            if (!backend.IsUsable(tried)) continue;
            weights += backend.Weight;
            if (Random.Shared.Next(weights) < backend.Weight) chosen = backend;
        }
        return chosen;
    }
}
