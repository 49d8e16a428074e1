using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Configuration;
using Edge.Node.Networks;
using Edge.Orb.Certificates;
using Edge.Orb.Matching;
using Edge.Orb.Middlewares;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
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
    private readonly CancellationTokenSource _draining = new();
    private readonly OrbApplication _application;
    private readonly OpenConnections _connections;
    private readonly HandOver _plainHttp2 = new("prior-knowledge");
    private readonly TunnelTransport _tunnels = new();
    private readonly NetworkSet _networks;
    private readonly ListenSockets _sockets = new();
    private readonly List<(Listener Listener, EndPoint EndPoint)> _opened = [];
    private readonly List<(PrivateListener Listener, EndPoint EndPoint)> _openedPrivate = [];
    private readonly IReadOnlyList<PrivateListener> _private;
    private (ServiceProvider Services, IServer Server)? _built;

    /// <exception cref="OrbException">The configuration asks for what cannot be had.</exception>
    public OrbServer(EdgeServer configuration, OrbOptions options)
    {
        _configuration = configuration;
        _options = options;
        _log = options.Logs.CreateLogger("server");
        options.Readiness.Set("server", "the server is starting");
        Refuse(configuration);
        _networks = new NetworkSet(configuration.Networks, new NetworkOptions
        {
            Logs = options.Logs,
            Resolver = options.Resolver,
            Time = options.Time,
            StateDirectory = options.StateDirectory,
            LogoutTimeout = configuration.Shutdown.LogoutTimeout,
            Version = options.Version,
            Changed = (name, reason) => options.Readiness.Set($"network {name}", reason),
            Noted = (name, text) => options.Readiness.Note($"network {name}", text),
        });
        Services = new OrbServices
        {
            Time = options.Time,
            Logs = options.Logs,
            Dialler = options.Dialler ?? _networks,
            Networks = _networks,
            Resolver = options.Resolver,
            Meter = _meter,
            Stopping = _stopping.Token,
            Draining = _draining.Token,
            Readiness = options.Readiness,
            Identities = options.Identities ?? new NetworkIdentities(name => _networks.Find(name)?.Netmap),
            LogSinks = new LogSinks(options.StandardOutput, options.StandardError, options.Logs.CreateLogger("access-log")),
        };
        Services.Reload.Register(Services.LogSinks.Reopen);
        Sites = [.. configuration.Servers.Select(block => new Site(block.Key, block.Value, Services, KnowsCallers(configuration.Middleware, block.Value)))];
        Listeners = [.. Sites
            .SelectMany(site => site.Block.Listen, (site, address) => (site, address))
            .GroupBy(pair => pair.address, (address, pairs) => new Listener(address, pairs.Select(pair => pair.site)))];
        TunnelListeners = TunnelPorts.Of(_networks, Sites, _log);
        if (Listeners.IsEmpty && TunnelListeners.IsEmpty)
            throw new OrbException("no server block listens anywhere", "give one an address: `servers { [\":8080\"] { ... } }`.", isConfiguration: true);
        _connections = new OpenConnections(options.Time);
        _application = new OrbApplication(Composition.Compile(configuration.Middleware, Services, Dispatch), new RequestInstruments(Services, _connections), options.Limits, options.Time, options.Logs.CreateLogger("http"));
        _private = options.Private(Services);
    }

    public OrbServices Services { get; }

    public ImmutableArray<Site> Sites { get; }

    public ImmutableArray<Listener> Listeners { get; }

    /// <summary>The ports that are open in networks.</summary>
    public ImmutableArray<(TunnelEndPoint EndPoint, Listener Listener)> TunnelListeners { get; }

    public NetworkSet Networks => _networks;

    /// <exception cref="OrbException">A listener cannot be opened; none is open then.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        await Open(cancellation);
        var (_, server) = (_built = Build()).Value;
        try
        {
            await server.StartAsync(_application, cancellation);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new OrbException($"the server cannot listen: {failure.Message}", "Look at what else listens there: `ss -ltnp`.", inner: failure);
        }
        _options.Readiness.Set("server", null);
        foreach (var listener in Listeners)
        {
            var sites = string.Join(", ", listener.Sites.Select(site => site.Name));
            _log.Listening(listener.Address, listener.HasTls ? " (TLS)" : "", sites);
        }
        foreach (var (_, listener) in TunnelListeners)
        {
            var sites = string.Join(", ", listener.Sites.Select(site => site.Name));
            _log.Listening(listener.Address, " (network)", sites);
        }
        foreach (var (listener, _) in _openedPrivate)
            _log.Listening(listener.Address, "", listener.Name);
        // Serving comes first: a network may take its time.
        await _networks.Start();
    }

    /// <summary>Reads certificates and opens log files again.</summary>
    public void Reload()
    {
        _log.Reloading();
        Services.Reload.Run();
    }

    /// <summary>Lets requests under way finish within the grace period. Returns when all is closed.</summary>
    public async Task Stop()
    {
        var grace = _configuration.Shutdown.GracePeriod;
        // Busy clients get their response and are told that the connection ends with it; closing a connection under a request that
        // is on its way would lose that request, and so would closing a socket on which a connection waits to be accepted.
        _application.Drain();
        await _draining.CancelAsync();
        _options.Readiness.Set("server", "the server is stopping");
        _log.Stopping(grace.TotalSeconds);
        using var limit = new CancellationTokenSource(grace, _options.Time);
        _sockets.RefuseNew(_opened.Select(opened => opened.EndPoint));
        _tunnels.RefuseNew();
        var leaving = _networks.Leave(limit.Token);
        if (_options.Limits.Draining > TimeSpan.Zero)
            await _connections.Drain(_options.Limits.Draining, _options.Limits.Quiet, limit.Token);
        if (_built is { Server: var server })
            await server.StopAsync(limit.Token);
        // What was written last is still on its way through the tunnels.
        await _networks.Drain(limit.Token);
        await leaving;
        if (limit.IsCancellationRequested)
            _log.CutOff(grace.TotalSeconds);
        await _stopping.CancelAsync();
        await _networks.DisposeAsync();
        _log.Stopped();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_built is { Services: var services })
            await services.DisposeAsync();
        await _networks.DisposeAsync();
        _sockets.Dispose();
        await Services.LogSinks.DisposeAsync();
        _meter.Dispose();
        _stopping.Dispose();
        _draining.Dispose();
    }

    private async Task Open(CancellationToken cancellation)
    {
        foreach (var listener in Listeners)
        {
            foreach (var endPoint in await _sockets.Open(listener.Address, _options.Resolver, cancellation))
            {
                _opened.Add((listener, endPoint));
                listener.Bound ??= endPoint;
            }
        }
        foreach (var listener in _private)
            await Open(listener, cancellation);
    }

    private async Task Open(PrivateListener listener, CancellationToken cancellation)
    {
        try
        {
            var endPoints = await _sockets.OpenPrivate(listener.Address, _options.Resolver, cancellation);
            _openedPrivate.AddRange(endPoints.Select(endPoint => (listener, endPoint)));
            listener.Bound = endPoints[0];
        }
        catch (OrbException failure) when (listener.IsOptional)
        {
            _log.NotListening(listener.Name, failure.Message, failure.Help);
        }
    }

    private (ServiceProvider Services, IServer Server) Build()
    {
        // RFC 9112, section 2.2: a server may take a bare LF for the end of a line. Whoever stands in front may not, and then reads another
        // message than we do. Kestrel asks for this when it is made.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        var kestrel = new KestrelServices(_options.Logs);
        kestrel.Configure<KestrelServerOptions>(Configure);
        kestrel.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.CreateBoundListenSocket = endPoint => _sockets[endPoint];
            // One of the two queues between a socket and its request; Io.InlineSockets is the other.
            sockets.UnsafePreferInlineScheduling = true;
        });
        // Beside the sockets' own, which comes first or not at all.
        kestrel.Add<IConnectionListenerFactory>(_plainHttp2);
        if (!TunnelListeners.IsEmpty)
            kestrel.Add<IConnectionListenerFactory>(_tunnels);
        var services = kestrel.Build(out var server);
        return (services, server);
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        var limits = _options.Limits;
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = HeaderEncoding.OfRequest;
        kestrel.ResponseHeaderEncodingSelector = HeaderEncoding.OfResponse;
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
        // They are opened in this order: whoever sees the server answer finds its private listeners open.
        foreach (var (listener, endPoint) in _openedPrivate)
            kestrel.Listen(endPoint, options => Serve(options, listener));
        foreach (var (listener, endPoint) in _opened)
            kestrel.Listen(endPoint, options => Serve(options, listener));
        foreach (var (endPoint, listener) in TunnelListeners)
            kestrel.Listen(endPoint, options => Serve(options, listener));
        if (!TunnelListeners.IsEmpty || Listeners.Any(listener => !listener.HasTls))
        {
            kestrel.Listen(_plainHttp2.EndPoint, static options =>
            {
                options.Protocols = HttpProtocols.Http2;
                options.Use(static next => HandOver.Around(next));
            });
        }
    }

    private void Serve(ListenOptions options, Listener listener)
    {
        options.Use(next => _connections.Around(next, null));
        options.Use(next => connection =>
        {
            connection.Features.Set(listener);
            connection.Features.Set(listener.Tunnel ?? (ConnectionOrigin)ConnectionOrigin.Public.Instance);
            return next(connection);
        });
        var encryption = new Encryption(listener, _options.Limits.HandshakeTimeout, _options.Time, _options.Logs.CreateLogger("tls"));
        // Where TLS is spoken the protocols are left as they are: naming HTTP/2 where Kestrel does not see its own TLS makes it warn that there is none.
        if (listener.HasTls)
        {
            options.Use(encryption.Around);
            return;
        }
        if (!listener.MayHaveTls)
            options.Protocols = HttpProtocols.Http1;
        var kinds = new ByFirstBytes(_plainHttp2, listener.MayHaveTls ? encryption : null);
        options.Use(next => kinds.Around(next, _options.Limits.IdleTimeout));
    }

    private void Serve(ListenOptions options, PrivateListener listener)
    {
        options.Protocols = HttpProtocols.Http1;
        options.Use(next => connection => listener.Admits?.Invoke(connection) == false ? Task.CompletedTask : next(connection));
        options.Use(next => _connections.Around(next, listener.Handler));
    }

    /// <summary>Whether callers' identities are asked for although nothing in the configuration does.</summary>
    private bool KnowsCallers(ImmutableArray<Middleware> around, ServerBlock block) =>
        !around.Concat(block.Middleware).Any(static one => one is TailscaleAuth)
        && _networks.Nodes.Any(node => node is { IsTailnet: true, Tunnel.BridgeInbound: true } && (block.Networks is not { } named || named.Contains(node.Network.Name)));

    private static Task Dispatch(HttpContext context)
    {
        var own = context.Features.Get<OrbContext>()!;
        var listener = own.Listener!;
        var site = own.Site = listener.Find(HostName.Of(context.Request.Host));
        var handshake = listener.HasTls || listener.Tunnel is not null ? context.Features.Get<Handshake>() : null;
        if (handshake is not null && !handshake.Covers(site))
            return Answer(context, StatusCodes.Status421MisdirectedRequest);
        if (listener.Tunnel is not null && handshake is null && site is { Tls: { } tls })
            return TunnelRedirect.Handle(context, listener, site, tls);
        return site is null ? Answer(context, StatusCodes.Status404NotFound) : site.Pipeline(context);
    }

    private static Task Answer(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static void Refuse(EdgeServer configuration)
    {
        HashSet<string> interfaces = [];
        foreach (var (name, network) in configuration.Networks)
        {
            if (network.Tailscale is not { } tailscale)
                continue;
            Refuse(name, tailscale);
            if (tailscale.DataPlane is { Tun: true, TunName: var tunName } && !interfaces.Add(tunName))
                throw new OrbException($"two networks want the interface `{tunName}`: `{name}` is the second", "give one of them another `tunName`.", isConfiguration: true);
        }
        foreach (var (name, block) in configuration.Servers)
        {
            // Kestrel's HTTP/3 stands on libmsquic, which is neither linked in nor packaged by Debian.
            if (block.Http3)
                throw new OrbException($"`{name}` asks for HTTP/3, which needs a QUIC library that this platform does not have", "take `http3 = true` out; HTTP/2 is offered.", isConfiguration: true);
        }
    }

    private static void Refuse(string name, Tailscale tailscale)
    {
        if (!tailscale.Direct)
            throw new OrbException($"this build cannot speak to the host's tailscaled yet: `{name}`", "say `direct = true` in its `tailscale`: then this process is a node itself.", isConfiguration: true);
    }
}
