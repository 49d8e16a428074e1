using System.Net;
using System.Net.Sockets;
using Edge.Foundation;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Io.OpenSsl;
using Edge.Io.Polling;
using Edge.Orb;
using Edge.Protocols.Derp;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tls = Edge.Io.Tls;

namespace Edge.Relay;

/// <summary>A DERP relay with its HTTP, its STUN and its mesh. Made once, started once, stopped once.</summary>
internal sealed class RelayServer : IAsyncDisposable
{
    private static readonly TimeSpan s_headLimit = TimeSpan.FromSeconds(30);

    // Clients that are told to come back at once all come at once: they are given a moment to spread, and a minute to try.
    private static readonly TimeSpan s_reconnectIn = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_tryFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly RelayServerOptions _options;
    private readonly ILogger _log;
    private readonly EntropySource _entropy = new SystemEntropy();
    private readonly CancellationTokenSource _stopping = new();
    private readonly PrivateKey _key;
    private readonly RelayHub _hub;
    private readonly RelayCertificate _certificate;
    private readonly ListenSockets _sockets = new();
    private readonly List<EndPoint> _opened = [];
    private readonly List<(PrivateListener Listener, EndPoint EndPoint)> _private = [];
    private readonly BootstrapNames _names;
    private readonly List<Task> _running = [];
    private readonly List<MeshConnection> _mesh = [];
    private readonly List<RelayListener> _listeners = [];
    private readonly HandOver _http = new("relay");
    private SocketLoops? _loops;
    private StunSocket? _stun;
    private (ServiceProvider Services, IServer Server)? _built;

    /// <exception cref="OrbException">Its key or certificate cannot be had.</exception>
    public RelayServer(RelayServerOptions options)
    {
        _options = options;
        _log = options.Logs.CreateLogger("relay");
        options.Readiness.Set("relay", "the relay is starting");
        if (!Tls.IsAvailable || !LibSsl.IsAvailable)
            throw new OrbException("a relay speaks TLS, which needs OpenSSL 3, and there is none on this machine", "Install libssl3, or use the static form of edge.");
        var folder = options.StateFolder is null ? null : Path.Combine(options.StateFolder, "relay");
        if (folder is null)
            _log.Forgetful();
        _key = RelayKey.Load(folder, _entropy);
        _certificate = options.CertificateFiles is var (certificate, key)
            ? RelayCertificate.Given(certificate, key, options.Readiness, options.Time, options.Logs.CreateLogger("tls"), options.Reload)
            : RelayCertificate.Own(options.HostName, folder, options.Readiness, options.Time, options.Logs.CreateLogger("tls"));
        _names = new BootstrapNames(options.BootstrapNames, options.Resolver);
        _hub = new RelayHub(
            new RelayOptions
            {
                Key = _key,
                Mesh = options.Mesh,
                ClientBytesPerSecond = options.ClientRate,
                // A second's worth at once: TCP inside of a tunnel comes in bursts.
                ClientBytesBurst = options.ClientRate,
                TotalBytesPerSecond = options.TotalRate,
            },
            options.Admission, _entropy, _log);
    }

    public PublicKey Key => _key.PublicKey;

    /// <summary>Where it is bound; known after <see cref="Start"/>.</summary>
    public IPEndPoint Bound => (IPEndPoint)_opened[0];

    /// <summary>The UDP port of STUN; null: there is none.</summary>
    public int? StunPort => _stun?.Port;

    /// <summary>Connections whose sockets are open, whatever is spoken on them.</summary>
    public int OpenConnections => _listeners.Sum(static listener => listener.Open);

    /// <exception cref="OrbException">It cannot listen.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        _opened.AddRange(await _sockets.Open(_options.Listen, _options.Resolver, cancellation));
        foreach (var listener in _options.Private)
            await Open(listener, cancellation);
        if (_options.StunPort is { } port)
            _stun = OpenStun(port);
        RelayInstruments.Create(_options.Meter, _hub, _stun);
        var (_, server) = (_built = Build()).Value;
        try
        {
            await server.StartAsync(new RelayApplication(_hub, _names, _log), cancellation);
            Listen();
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new OrbException($"the relay cannot listen: {failure.Message}", "Look at what else listens there: `ss -ltnp`.", inner: failure);
        }
        _running.Add(_names.Run(_stopping.Token));
        if (_stun is not null)
            _running.Add(_stun.Run(_stopping.Token));
        StartMesh();
        _options.Readiness.Set("relay", null);
        Say();
    }

    /// <summary>A map with this relay alone, which clients and control servers can be given.</summary>
    public async ValueTask<DerpMapDocument> Map(CancellationToken cancellation)
    {
        const int Region = 900;
        var isAddress = IPAddress.TryParse(_options.HostName, out var address);
        var isV6 = isAddress && address!.AddressFamily == AddressFamily.InterNetworkV6;
        var node = new DerpNodeDocument(
            "900a", Region, _options.HostName, await _certificate.Pin(cancellation),
            !isAddress ? null : isV6 ? "none" : _options.HostName,
            !isAddress ? null : isV6 ? _options.HostName : "none",
            Bound.Port, _stun?.Port ?? -1);
        return new DerpMapDocument(new() { ["900"] = new DerpRegionDocument(Region, "edge", "edge", [node]) });
    }

    /// <summary>Tells clients to connect again, and ends. Returns when all is closed.</summary>
    public async Task Stop()
    {
        _log.Stopping();
        _options.Readiness.Set("relay", "the relay is stopping");
        await _stopping.CancelAsync();
        _sockets.RefuseNew(_opened);
        await _hub.Stop(s_reconnectIn, s_tryFor, s_farewell);
        if (_built is { Server: var server })
        {
            using var limit = new CancellationTokenSource(s_farewell);
            await server.StopAsync(limit.Token);
        }
        foreach (var listener in _listeners)
            await listener.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _hub.EndAll();
        foreach (var listener in _listeners)
            await listener.Stop();
        if (_built is { Services: var services })
            await services.DisposeAsync();
        foreach (var listener in _listeners)
            listener.Dispose();
        _loops?.Dispose();
        _stun?.Dispose();
        await Task.WhenAll(_running);
        _sockets.Dispose();
        _hub.Dispose();
        // The hub wakes them.
        foreach (var connection in _mesh)
            connection.Dispose();
        _key.Dispose();
        _stopping.Dispose();
    }

    private void Say()
    {
        var address = (_options.Listen with { Port = Bound.Port }).ToString();
        _log.Listening(address, new KeyOf<NodeKind>(Key));
        if (_stun is not null)
            _log.Stun(_stun.Port);
        if (_options.Admission is null)
            _log.Open(RateText(_options.ClientRate), RateText(_options.TotalRate));
    }

    private static string RateText(long bytesPerSecond) => bytesPerSecond == 0
        ? "no limit"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytesPerSecond * 8 / 1e6:0.#} Mbit/s");

    private void StartMesh()
    {
        if (_options.MeshWith.IsEmpty)
            return;
        var dialler = new DerpDialler(_options.Dialler, CaBundle.Roots(), _options.Time);
        var identity = new DerpClientOptions { Key = _key, Mesh = _options.Mesh };
        foreach (var node in _options.MeshWith)
        {
            var connection = new MeshConnection(_hub, node, dialler, identity, _entropy, _log);
            _mesh.Add(connection);
            _running.Add(Task.Run(() => connection.Run(_stopping.Token)));
        }
    }

    private async Task Open(PrivateListener listener, CancellationToken cancellation)
    {
        try
        {
            foreach (var endPoint in await _sockets.OpenPrivate(listener.Address, _options.Resolver, cancellation))
            {
                _private.Add((listener, endPoint));
                listener.Bound ??= endPoint;
            }
        }
        catch (OrbException failure) when (listener.IsOptional)
        {
            _log.NotListening(listener.Name, failure.Message, failure.Help);
        }
    }

    private StunSocket OpenStun(int port)
    {
        try
        {
            return new StunSocket(_options.Listen.Host is null ? null : Bound.Address, port);
        }
        catch (SocketException failure)
        {
            throw new OrbException($"UDP port {port} cannot be listened on for STUN: {failure.SocketErrorCode}", "Look at what else listens there (`ss -lunp`), or give another `--stun-port`.", inner: failure);
        }
    }

    private (ServiceProvider Services, IServer Server) Build()
    {
        var kestrel = new KestrelServices(_options.Logs);
        kestrel.Configure<KestrelServerOptions>(Configure);
        kestrel.Add<IConnectionListenerFactory>(_http);
        kestrel.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.CreateBoundListenSocket = endPoint => _sockets[endPoint];
            sockets.UnsafePreferInlineScheduling = true;
        });
        var services = kestrel.Build(out var server);
        return (services, server);
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.RequestHeadersTimeout = s_headLimit;
        kestrel.Limits.MaxRequestBodySize = 4096;
        kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
        foreach (var (listener, endPoint) in _private)
        {
            kestrel.Listen(endPoint, options =>
            {
                options.Protocols = HttpProtocols.Http1;
                options.Use(next => connection => Let(listener, next, connection));
            });
        }
        // The upgrade is HTTP/1.1's.
        kestrel.Listen(_http.EndPoint, static options => options.Protocols = HttpProtocols.Http1);
    }

    private void Listen()
    {
        _loops = new SocketLoops("relay");
        var beside = RelayMetaCertificate.Make(Key, _options.Time.GetUtcNow());
        foreach (var endPoint in _opened)
        {
            _listeners.Add(new RelayListener(_sockets[endPoint], endPoint, _loops, _certificate, _hub, _http, beside, _log));
        }
    }

    private static Task Let(PrivateListener listener, ConnectionDelegate next, ConnectionContext connection)
    {
        if (listener.Admits?.Invoke(connection) == false)
            return Task.CompletedTask;
        connection.Features.Set(listener);
        return next(connection);
    }
}
