using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Edge.Crypto;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Orb;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Edge.Lab.Control;

/// <summary>
/// A control server over the real protocol, for tests and the demo: stock clients can join it. What it knows is <see cref="Tailnet"/>; this
/// is its life, and the ways in which it can go wrong. It trusts whoever reaches it and keeps nothing.
/// </summary>
internal sealed class LabControl : IAsyncDisposable
{
    private readonly LabControlOptions _options;
    private readonly NoiseTransport _noise = new();
    private readonly LabStreams _streams = new();
    private readonly ConcurrentDictionary<ConnectionContext, bool> _connections = [];
    private readonly Watched<ImmutableList<LabRequest>> _requests = new([]);
    private readonly List<X25519KeyPair> _keys = [NewKey()];
    private readonly Socket _socket;
    private readonly ServiceProvider _services;
    private readonly IServer _server;

    private LabControl(LabControlOptions options)
    {
        _options = options;
        Tailnet = new LabTailnet(
            new TailnetState
            {
                Domain = options.Domain,
                Relays = options.Relays,
                Dns = new JsonObject { ["Proxied"] = true, ["Domains"] = new JsonArray(options.Domain), ["Routes"] = new JsonObject { [options.Domain] = null } }.ToJsonString(),
            },
            options.Time);
        _socket = new(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(options.Listen);
        Url = new($"{(options.Certificate is null ? "http" : "https")}://{_socket.LocalEndPoint}");
        var kestrel = new KestrelServices(options.Logs);
        kestrel.Configure<KestrelServerOptions>(Configure);
        kestrel.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = _ => _socket);
        kestrel.Add<IConnectionListenerFactory>(_noise);
        _services = kestrel.Build(out _server);
    }

    public LabTailnet Tailnet { get; }

    /// <summary>Where it is.</summary>
    public Uri Url { get; }

    /// <summary>Of its channels.</summary>
    public KeyOf<MachineKind> Key => new(new PublicKey(KeyPair.PublicKey));

    /// <summary>Asked before a request is answered; null: it is answered as it should be.</summary>
    public Func<LabRequest, LabFault?> Fault { get; set; } = static _ => null;

    /// <summary>Whoever connects is hung up on, and whoever is connected.</summary>
    public bool IsDown
    {
        get;
        set
        {
            field = value;
            if (value)
                HangUp();
        }
    }

    /// <summary>All that it was asked, in order.</summary>
    public IReadOnlyList<LabRequest> Requests => _requests.Value;

    internal X25519KeyPair KeyPair => _keys[^1];

    internal LabControlOptions Options => _options;

    internal LabStreams Streams => _streams;

    internal NoiseTransport Noise => _noise;

    public static async Task<LabControl> Start(LabControlOptions? options = null)
    {
        var control = new LabControl(options ?? new());
        await control._server.StartAsync(new LabApplication(control), CancellationToken.None);
        return control;
    }

    /// <summary>A key that lets in as many nodes as like, and belongs to `alice`.</summary>
    public string AddKey(string user = "alice") => Tailnet.Add(new($"tskey-auth-{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())}", user)).Text;

    /// <summary>Another key from now on; whoever has the old one is hung up on.</summary>
    public void ChangeKey()
    {
        _keys.Add(NewKey());
        HangUp();
    }

    /// <summary>Breaks all connections.</summary>
    public void HangUp()
    {
        foreach (var connection in _connections.Keys)
            connection.Abort();
    }

    /// <summary>Says something on the streams of a node beside what the tailnet's state says.</summary>
    /// <returns>How many there are.</returns>
    public int Say(long node, JsonObject message) => _streams.Say(node, output => output.Write(message));

    /// <inheritdoc cref="Say(long, JsonObject)"/>
    public int Say(long node, ReadOnlyMemory<byte> bytes) => _streams.Say(node, output => output.Write(bytes));

    /// <summary>Breaks the streams of a node off.</summary>
    /// <returns>How many there are.</returns>
    public int Cut(long node) => _streams.Say(node, static output =>
    {
        output.Abort();
        return Task.CompletedTask;
    });

    /// <summary>Waits until so many such requests have come.</summary>
    public async Task<LabRequest> Asked(Func<LabRequest, bool> expected, CancellationToken cancellation, int count = 1) =>
        (await _requests.Until(requests => requests.Count(expected) >= count, cancellation)).Where(expected).ElementAt(count - 1);

    public async ValueTask DisposeAsync()
    {
        IsDown = true;
        await _services.DisposeAsync();
        _socket.Dispose();
        foreach (var key in _keys)
            key.Dispose();
    }

    internal LabFault? Take(LabRequest request)
    {
        _requests.Change(requests => (requests.Add(request), true));
        return Fault(request);
    }

    internal static X25519KeyPair NewKey()
    {
        Span<byte> bytes = stackalloc byte[X25519.Size];
        new SystemEntropy().Fill(bytes);
        return new(bytes);
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // Stock clients say https inside of the channel, where there is no TLS.
        kestrel.AllowAlternateSchemes = true;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Listen(_options.Listen, options =>
        {
            options.Protocols = HttpProtocols.Http1;
            options.Use(next => connection => Count(next, connection));
            if (_options.Certificate is { } certificate)
                options.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificate = certificate }) });
        });
        kestrel.Listen(_noise.EndPoint, static options => options.Protocols = HttpProtocols.Http2);
    }

    private async Task Count(ConnectionDelegate next, ConnectionContext connection)
    {
        _connections[connection] = true;
        if (IsDown)
            connection.Abort();
        else
            await next(connection);
        _connections.TryRemove(connection, out _);
    }
}
