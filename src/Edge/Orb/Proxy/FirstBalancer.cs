using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>The first that is healthy, in the order of the configuration: the others are spares.</summary>
internal sealed class FirstBalancer(Backend[] backends) : Balancer
{
    public override Backend? Choose(HttpContext context, List<Backend>? tried)
    {
        foreach (var backend in backends)
            if (backend.IsUsable(tried))
                return backend;
        return null;
    }
}
