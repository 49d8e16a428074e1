using System.Collections.Immutable;
using Edge.Foundation.Configuration;
using Edge.Orb.Certificates;
using Edge.Orb.Matching;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb;

/// <summary>A server block, compiled: its middleware around its routes around its handler.</summary>
internal sealed class Site
{
    private readonly (RouteCondition Condition, RequestDelegate Handler)[] _routes;
    private readonly RequestDelegate _handler;

    /// <param name="name">In the configuration.</param>
    /// <param name="block">As configured.</param>
    /// <param name="services">For what is compiled.</param>
    /// <param name="knowsCallers">Whether a <see cref="TailscaleAuth"/> is put wherever there is none.</param>
    /// <exception cref="OrbException">The block asks for what cannot be had.</exception>
    public Site(string name, ServerBlock block, OrbServices services, bool knowsCallers)
    {
        Name = name;
        Block = block;
        Tls = block.Tls is null ? null : new TlsTerms(block, services);
        ImmutableArray<Middleware> implied = knowsCallers ? [new TailscaleAuth()] : [];
        _handler = Composition.Compile(implied, services, Composition.Compile(block.Handler, services));
        _routes = [.. block.Routes.Select(route => (
            new RouteCondition(route.Match),
            Composition.Compile(
                route.Middleware.Any(static one => one is TailscaleAuth) ? route.Middleware : [.. implied, .. route.Middleware], services, Composition.Compile(route.Handler, services))))];
        Pipeline = Composition.Compile(block.Middleware, services, _routes.Length == 0 ? _handler : Route);
    }

    /// <summary>The block's name in the configuration.</summary>
    public string Name { get; }

    public ServerBlock Block { get; }

    /// <summary>Null: plain HTTP.</summary>
    public TlsTerms? Tls { get; }

    public RequestDelegate Pipeline { get; }

    private Task Route(HttpContext context)
    {
        foreach (var (condition, handler) in _routes)
            if (condition.Holds(context))
                return handler(context);
        return _handler(context);
    }
}
