using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Config;
using Edge.Foundation.Configuration;
using Edge.Orb;
using Edge.Tests.Cli;
using Microsoft.Extensions.Logging;

namespace Edge.Tests.Orb;

/// <summary>
/// A server in this process, from a configuration as users write it. Its addresses become ports of loopback that the system chooses: the
/// first one that the configuration names is on 127.0.0.1, the second on 127.0.0.2, and so on.
/// </summary>
internal sealed class OrbRun : IAsyncDisposable
{
    /// <summary>Long enough for a busy machine; nothing waits for it unless something is wrong.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private OrbRun(OrbServer server, LogLines log)
    {
        Server = server;
        Log = log;
    }

    public OrbServer Server { get; }

    public LogLines Log { get; }

    public IPEndPoint Address => AddressOf(0);

    public static async Task<OrbRun> Start(string servers, OrbLimits? limits = null, TimeProvider? time = null, TemporaryFolder? folder = null, Func<OrbOptions, OrbOptions>? change = null)
    {
        var log = new LogLines();
        var options = new OrbOptions { Logs = log, Limits = limits ?? OrbLimits.Default with { Draining = TimeSpan.Zero }, Time = time ?? TimeProvider.System };
        var server = new OrbServer(Load(servers, folder), change?.Invoke(options) ?? options);
        await server.Start(CancellationToken.None);
        return new OrbRun(server, log);
    }

    /// <param name="text">What follows the module's head.</param>
    /// <param name="folder">Where relative paths begin.</param>
    public static EdgeServer Load(string text, TemporaryFolder? folder = null)
    {
        using var own = folder is null ? new TemporaryFolder() : null;
        var file = (folder ?? own!).Write("server.pkl", Encoding.UTF8.GetBytes($"amends \"edge:serve/EdgeServer.pkl\"\n{text}\n"));
        var result = ConfigurationLoader.Load(file, new LoadOptions());
        var configuration = result.Configuration ?? throw new InvalidOperationException(string.Concat(result.Errors.Select(error => error.Render())));
        var addresses = new Dictionary<ListenAddress, ListenAddress>();
        return configuration with { Servers = [.. configuration.Servers.Select(block => KeyValuePair.Create(block.Key, block.Value with { Listen = [.. block.Value.Listen.Select(Loopback)] }))] };

        ListenAddress Loopback(ListenAddress address)
        {
            if (address.UnixPath is not null)
                return address;
            if (!addresses.TryGetValue(address, out var loopback))
                addresses[address] = loopback = new ListenAddress { Host = $"127.0.0.{addresses.Count + 1}", Port = 0 };
            return loopback;
        }
    }

    public IPEndPoint AddressOf(int listener) => (IPEndPoint)Server.Listeners[listener].Bound!;

    /// <summary>A client of its own, without redirects, cookies or proxies; TLS takes any certificate.</summary>
    public HttpClient Client(int listener = 0, Version? version = null)
    {
        var tls = Server.Listeners[listener].HasTls;
        return new HttpClient(Handler())
        {
            BaseAddress = new Uri($"{(tls ? "https" : "http")}://{AddressOf(listener)}"),
            DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Limit,
        };
    }

    public static SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    };

    /// <summary>Sends bytes and returns all that comes back until the server closes; the sending side stays open.</summary>
    public async Task<string> Raw(string request, int listener = 0)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(AddressOf(listener), limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        return await ReadAll(stream, limit.Token);
    }

    /// <summary>For a site that answers <c>fine</c>: it does still.</summary>
    public async Task AssertServes()
    {
        using var client = Client();
        await Assert.That(await client.GetStringAsync("/")).IsEqualTo("fine");
    }

    public static async Task<string> ReadAll(Stream stream, CancellationToken cancellation)
    {
        var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all, cancellation);
        }
        catch (IOException)
        {
            // Reset after the answer: what came before it counts.
        }
        return Encoding.Latin1.GetString(all.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await Server.Stop();
        await Server.DisposeAsync();
    }

    /// <summary>The log's lines: <c>LEVEL source: message</c>.</summary>
    internal sealed class LogLines : ILoggerFactory
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public string Text => string.Join('\n', Lines);

        public ILogger CreateLogger(string categoryName) => new Source(categoryName, Lines);

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        private sealed class Source(string name, ConcurrentQueue<string> lines) : ILogger
        {
            public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

            public void Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue($"{logLevel} {name}: {formatter(state, exception)}");

            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;
        }
    }
}
