using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Orb;
using Edge.Protocols.Derp;
using Edge.Relay;
using Edge.Tests.Orb;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Tests.Relay;

/// <summary>A relay in this process, on loopback, with TLS, and clients that find it by its certificate's hash.</summary>
internal sealed class RelayRun : IAsyncDisposable
{
    private static readonly Lazy<X509Certificate2Collection> s_noRoots = new(() => []);

    private readonly Meter _meter;
    private readonly List<DerpConnection> _connections = [];
    private readonly List<PrivateKey> _keys = [];

    private RelayRun(RelayServer server, Meter meter, OrbRun.LogLines log, DerpNode node) => (Server, _meter, Log, Node) = (server, meter, log, node);

    public RelayServer Server { get; }

    public OrbRun.LogLines Log { get; }

    /// <summary>As its map says.</summary>
    public DerpNode Node { get; }

    public Meter Meter => _meter;

    public static async Task<RelayRun> Start(Func<RelayServerOptions, RelayServerOptions>? change = null)
    {
        var log = new OrbRun.LogLines();
        var meter = new Meter("Edge");
        var options = new RelayServerOptions
        {
            Listen = new ListenAddress { Host = "127.0.0.1" },
            HostName = "127.0.0.1",
            Logs = log,
            Resolver = new SystemResolver(),
            Dialler = new Dialler(new SystemResolver(), TimeProvider.System),
            Meter = meter,
            Readiness = new Readiness(),
            Reload = new Reload(),
        };
        var server = new RelayServer(change?.Invoke(options) ?? options);
        await server.Start(CancellationToken.None);
        var node = (await server.Map(CancellationToken.None)).Regions["900"].Nodes[0];
        return new RelayRun(server, meter, log, new DerpNode { HostName = node.HostName, Port = node.DERPPort, CertName = node.CertName ?? "" });
    }

    public static DerpDialler Dialler() => new(new Dialler(new SystemResolver(), TimeProvider.System), s_noRoots, TimeProvider.System);

    public PrivateKey NewKey()
    {
        var key = new PrivateKey(RandomNumberGenerator.GetBytes(32));
        _keys.Add(key);
        return key;
    }

    /// <summary>A node that the relay has taken in.</summary>
    public async Task<(DerpConnection Connection, DerpInbox Inbox, PublicKey Key)> Join(DerpNode? node = null)
    {
        var (connection, inbox, key) = await Connect(node);
        await inbox.Next("ServerInfo");
        return (connection, inbox, key);
    }

    public async Task<(DerpConnection Connection, DerpInbox Inbox, PublicKey Key)> Connect(DerpNode? node = null)
    {
        var key = NewKey();
        var inbox = new DerpInbox();
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var connection = await DerpConnection.Connect(Dialler(), node ?? Node, new DerpClientOptions { Key = key }, new SystemEntropy(), inbox, limit.Token);
        _connections.Add(connection);
        return (connection, inbox, key.PublicKey);
    }

    /// <summary>TLS to the relay, and nothing said yet.</summary>
    public async Task<SslStream> Dial()
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Node.Port);
        var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("derp.test");
        return tls;
    }

    /// <summary>Sends a request and reads head and, of the rest, so many bytes.</summary>
    public async Task<(string Head, byte[] Behind)> Ask(string request, int rest)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var tls = await Dial();
        await tls.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        var answer = new List<byte>();
        var one = new byte[1];
        // A byte at a time: what follows the head is counted.
        while (!Encoding.Latin1.GetString([.. answer]).EndsWith("\r\n\r\n", StringComparison.Ordinal) && await tls.ReadAsync(one, limit.Token) == 1)
            answer.Add(one[0]);
        var behind = new byte[rest];
        await tls.ReadExactlyAsync(behind, limit.Token);
        return (Encoding.Latin1.GetString([.. answer]), behind);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        await Server.DisposeAsync();
        foreach (var key in _keys)
            key.Dispose();
        _meter.Dispose();
    }
}
