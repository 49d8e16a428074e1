using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>Chooses the upstream of a request among those that are healthy and were not tried for it yet. Called by many threads at once.</summary>
internal abstract class Balancer
{
    /// <summary>The upstream; null when none is left.</summary>
    public abstract Backend? Choose(HttpContext context, List<Backend>? tried);

    /// <summary>Tells the client which upstream answers, where the policy needs it to remember. Before the response begins.</summary>
    public virtual void Remember(HttpContext context, Backend backend)
    {
    }

    public static Balancer Of(ReverseProxy record, Backend[] backends) => record.LoadBalancing switch
    {
        LoadBalancing.RoundRobin => new RoundRobinBalancer(backends),
        LoadBalancing.LeastConnections => new LeastConnectionsBalancer(backends),
        LoadBalancing.Random => new RandomBalancer(backends),
        LoadBalancing.First => new FirstBalancer(backends),
        LoadBalancing.IpHash => new HashBalancer(backends, ClientAddress.Text),
        LoadBalancing.Cookie => new CookieBalancer(backends, record.CookieName),
        LoadBalancing.ConsistentHash when record.HashHeader is { } name => new HashBalancer(backends, context => context.Request.Headers[name].ToString()),
        LoadBalancing.ConsistentHash => new HashBalancer(backends, static context => context.Request.Path.Value + context.Request.QueryString.Value),
        _ => throw new ArgumentOutOfRangeException(nameof(record)),
    };
}
