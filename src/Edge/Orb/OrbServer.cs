using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Orb.Certificates;
using Edge.Orb.Matching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Edge.Orb;

/// <summary>The HTTP server: a configuration, compiled and listening. Made once, started once, stopped once.</summary>
internal sealed class OrbServer : IAsyncDisposable
{
    private readonly EdgeServer _configuration;
    private readonly OrbOptions _options;
    private readonly ILogger _log;
    private readonly Meter _meter = new("Edge");
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _host;
    private readonly IServer _server;
    private readonly OrbApplication _application;
    private readonly PriorKnowledge _priorKnowledge = new();
    private readonly List<(Listener Listener, ListenOptions Options)> _opened = [];

    /// <exception cref="OrbException">The configuration asks for what cannot be had.</exception>
    public OrbServer(EdgeServer configuration, OrbOptions options)
    {
        _configuration = configuration;
        _options = options;
        _log = options.Logs.CreateLogger("server");
        options.Readiness.Set("server", "the server is starting");
        Services = new OrbServices
        {
            Time = options.Time,
            Logs = options.Logs,
            Dialler = options.Dialler ?? new Dialler(new SystemResolver(), options.Time),
            Meter = _meter,
            Stopping = _stopping.Token,
            Readiness = options.Readiness,
        };
        Refuse(configuration);
        Sites = [.. configuration.Servers.Select(block => new Site(block.Key, block.Value, Services))];
        Listeners = [.. Sites
            .SelectMany(site => site.Block.Listen, (site, address) => (site, address))
            .GroupBy(pair => pair.address, (address, pairs) => new Listener(address, pairs.Select(pair => pair.site)))];
        if (Listeners.IsEmpty)
            throw new OrbException("no server block listens anywhere", "give one an address: `servers { [\":8080\"] { ... } }`.", isConfiguration: true);
        _application = new OrbApplication(Composition.Compile(configuration.Middleware, Services, Dispatch), options.Logs.CreateLogger("http"));
        (_host, _server) = Build();
    }

    public OrbServices Services { get; }

    public ImmutableArray<Site> Sites { get; }

    public ImmutableArray<Listener> Listeners { get; }

    /// <exception cref="OrbException">A listener cannot be opened; none is open then.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        try
        {
            await _server.StartAsync(_application, cancellation);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw BindFailure.Explain(failure, Listeners.Select(listener => listener.Address));
        }
        foreach (var (listener, options) in _opened)
            listener.Bound = options.EndPoint;
        _options.Readiness.Set("server", null);
        foreach (var listener in Listeners)
        {
            var sites = string.Join(", ", listener.Sites.Select(site => site.Name));
            _log.Listening(listener.Address, listener.HasTls ? " (TLS)" : "", sites);
        }
    }

    /// <summary>Lets requests under way finish within the grace period. Returns when all is closed.</summary>
    public async Task Stop()
    {
        var grace = _configuration.Shutdown.GracePeriod;
        _log.Stopping(grace.TotalSeconds);
        _options.Readiness.Set("server", "the server is stopping");
        using var limit = new CancellationTokenSource(grace, _options.Time);
        // Busy clients get their response and are told that the connection ends with it; closing a connection under a request that
        // is on its way would lose that request.
        _application.Drain();
        await Task.Delay(grace < _options.Limits.Draining ? grace : _options.Limits.Draining, _options.Time, CancellationToken.None);
        await _server.StopAsync(limit.Token);
        if (limit.IsCancellationRequested)
            _log.CutOff(grace.TotalSeconds);
        await _stopping.CancelAsync();
        _log.Stopped();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _host.DisposeAsync();
        _meter.Dispose();
        _stopping.Dispose();
    }

    private (WebApplication Host, IServer Server) Build()
    {
        // The empty builder reads no environment, no file and no arguments. The content root is not ours to watch or to serve from.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "edge", ContentRootPath = "/", EnvironmentName = "Production" });
        builder.Services.Replace(ServiceDescriptor.Singleton(_options.Logs));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        // One of the two queues between a socket and its request; Io.InlineSockets is the other.
        builder.Services.Configure<SocketTransportOptions>(static sockets => sockets.UnsafePreferInlineScheduling = true);
        // Beside the sockets' own, which comes first or not at all.
        builder.Services.AddSingleton<IConnectionListenerFactory>(_priorKnowledge);
        var host = builder.Build();
        return (host, host.Services.GetRequiredService<IServer>());
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        var limits = _options.Limits;
        kestrel.AddServerHeader = false;
        kestrel.Limits.RequestHeadersTimeout = limits.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = limits.IdleTimeout;
        kestrel.Limits.MaxRequestHeadersTotalSize = limits.HeadersSize;
        kestrel.Limits.MaxRequestHeaderCount = limits.HeaderCount;
        kestrel.Limits.MaxRequestLineSize = limits.RequestLineSize;
        // Bodies flow, they are not kept: `BodyLimit` is there for who wants one.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.SlowestBody, limits.SlowBodyGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(limits.SlowestBody, limits.SlowBodyGrace);
        kestrel.Limits.Http2.MaxStreamsPerConnection = limits.StreamsPerConnection;
        foreach (var listener in Listeners)
            Open(kestrel, listener);
        if (Listeners.Any(listener => !listener.HasTls))
            kestrel.Listen(_priorKnowledge.EndPoint, static options => options.Protocols = HttpProtocols.Http2);
    }

    private void Open(KestrelServerOptions kestrel, Listener listener)
    {
        var address = listener.Address;
        if (address.UnixPath is { } path)
            kestrel.Listen(UnixSocket.Prepare(path), Configure);
        else if (address.Host is null)
            kestrel.ListenAnyIP(address.Port, Configure);
        else if (IPAddress.TryParse(address.Host, out var ip))
            kestrel.Listen(ip, address.Port, Configure);
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            kestrel.ListenLocalhost(address.Port, Configure);
        else
            throw new OrbException($"`{address}` names another host or an interface", "listen on an address, such as `127.0.0.1:8080`, or on all with `:8080`.", isConfiguration: true);

        void Configure(ListenOptions options)
        {
            options.Use(next => connection =>
            {
                connection.Features.Set(listener);
                connection.Features.Set<ConnectionOrigin>(ConnectionOrigin.Public.Instance);
                return next(connection);
            });
            if (listener.HasTls)
            {
                options.Protocols = HttpProtocols.Http1AndHttp2;
                options.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = listener.Agree, HandshakeTimeout = _options.Limits.HandshakeTimeout });
            }
            else
            {
                options.Protocols = HttpProtocols.Http1;
                options.Use(next => _priorKnowledge.Around(next, _options.Limits.IdleTimeout));
            }
            _opened.Add((listener, options));
        }
    }

    private static Task Dispatch(HttpContext context)
    {
        var listener = context.Features.Get<Listener>()!;
        var site = listener.Find(HostName.Of(context.Request.Host));
        if (listener.HasTls && context.Features.Get<Handshake>() is { } handshake && !handshake.Covers(site))
            return Answer(context, StatusCodes.Status421MisdirectedRequest);
        return site is null ? Answer(context, StatusCodes.Status404NotFound) : site.Pipeline(context);
    }

    private static Task Answer(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static void Refuse(EdgeServer configuration)
    {
        foreach (var (name, network) in configuration.Networks)
        {
            if (network.Tailscale is not null || network.Wireguard is not null)
                throw new OrbException($"this build cannot attach to networks yet: `{name}`", "take it out of `networks`.", isConfiguration: true);
        }
        foreach (var (name, block) in configuration.Servers)
        {
            // Kestrel's HTTP/3 stands on libmsquic, which is neither linked in nor packaged by Debian.
            if (block.Http3)
                throw new OrbException($"`{name}` asks for HTTP/3, which needs a QUIC library that this platform does not have", "take `http3 = true` out; HTTP/2 is offered.", isConfiguration: true);
        }
    }
}
