using Edge.Foundation.Configuration;
using Edge.Io;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>Passes requests on to upstreams.</summary>
internal static class ReverseProxyHandler
{
    /// <summary>Makes the upstreams' connection pools (nothing is dialled yet) and starts the active health checks.</summary>
    /// <exception cref="UpstreamSetupException">A file of <c>tls</c> cannot be used, or <c>network</c> names none that can be used.</exception>
    public static RequestDelegate Compile(ReverseProxy record, OrbServices services)
    {
        var dialler = record.Network is { } network ? Through(network, services) : services.Dialler;
        var log = services.Logs.CreateLogger("Edge.Orb.Proxy");
        var trust = new UpstreamTrust(record.Tls);
        var failures = services.Meter.CreateCounter<long>("edge.upstream.failures", description: "Requests that an upstream did not answer, or answered with 502, 503 or 504.");
        var backends = new Backend[record.Upstreams.Length];
        for (var i = 0; i < backends.Length; i++)
        {
            var upstream = record.Upstreams[i];
            var health = new BackendHealth(upstream.Address.ToString(), record.HealthCheck, services.Time, log);
            backends[i] = new Backend(upstream, health, new Transport(upstream.Address, trust, dialler, record.Timeout, services.Time), failures);
            var backend = backends[i];
            services.Upstreams.Add(backend.Name, () => backend.Health.IsAvailable, () => backend.UnderWay);
        }
        if (record.HealthCheck?.Active is { } check)
            foreach (var backend in backends)
                _ = new ActiveProbe(backend, check, services.Time).Run(services.Stopping);
        return new Forwarder(record, Balancer.Of(record, backends), services.Time, log).Handle;
    }

    private static IDialler Through(string network, OrbServices services) => services.Networks?.Find(network) is { } node
        ? services.Networks.DiallerOf(node)
        : throw new UpstreamSetupException($"`network = \"{network}\"` in a `ReverseProxy`: that network is a placeholder; give it `tailscale` or `wireguard`");
}
