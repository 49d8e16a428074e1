using System.Text.Json;
using Edge.Foundation.Configuration;
using Edge.Lab.Control;
using Edge.Relay;
using Edge.Tests.Admin;
using Edge.Tests.Cli;
using Edge.Tests.Orb;
using Edge.Tests.Relay;
using AdminConfiguration = Edge.Foundation.Configuration.Admin;

namespace Edge.Tests.Node.Tailnet;

/// <summary>A tailnet on loopback that needs no other program: our laboratory's control server, a relay with STUN, and servers as its nodes.</summary>
internal sealed class LabTailnet : IAsyncDisposable
{
    // Of its own: nobody else takes the ports of a relay that comes back.
    private const string RelayHost = "127.77.0.1";

    private readonly List<OrbRun> _servers = [];
    private readonly int _stunPort;
    private bool _hasNoRelay;

    private LabTailnet(LabControl control, RelayRun relay, TemporaryFolder folder) =>
        (Control, Relay, Folder, _stunPort, AuthKey) = (control, relay, folder, relay.Server.StunPort!.Value, control.AddKey());

    public LabControl Control { get; }

    public RelayRun Relay { get; private set; }

    /// <summary>Lets nodes in.</summary>
    public string AuthKey { get; }

    /// <summary>For what is to outlive a program.</summary>
    public TemporaryFolder Folder { get; }

    /// <summary>In the order in which they were started.</summary>
    public IReadOnlyList<OrbRun> Servers => _servers;

    public static async Task<LabTailnet> Start(CancellationToken cancellation)
    {
        var folder = new TemporaryFolder();
        var relay = await StartRelay(folder, port: 0, stunPort: 0);
        return new(await LabControl.Start(new() { Relays = await MapOf(relay, cancellation) }), relay, folder);
    }

    /// <summary>JSON: the map of a relay, as `edge tun derp --json` prints it.</summary>
    public static async Task<string> MapOf(RelayRun relay, CancellationToken cancellation) =>
        JsonSerializer.Serialize(await relay.Server.Map(cancellation), RelayJson.Default.DerpMapDocument);

    /// <summary>Ends the relay as a signal does.</summary>
    public async Task StopRelay()
    {
        await Relay.Server.Stop();
        await Relay.DisposeAsync();
        _hasNoRelay = true;
    }

    /// <summary>Starts it again, after <see cref="StopRelay"/>: with its key, its certificate and its ports.</summary>
    public async Task StartRelay() => (Relay, _hasNoRelay) = (await StartRelay(Folder, Relay.Node.Port, _stunPort), false);

    /// <summary>A server that is a node, or on its way to be one, and answers `hello from NAME`.</summary>
    public Task<OrbRun> Serve(string name) => Begin(Configuration(name));

    /// <summary>A server with another configuration.</summary>
    public async Task<OrbRun> Begin(string configuration)
    {
        var orb = await OrbRun.Start(configuration);
        _servers.Add(orb);
        return orb;
    }

    /// <summary>Ends a server as a signal does.</summary>
    public async Task Stop(OrbRun orb)
    {
        _servers.Remove(orb);
        await orb.DisposeAsync();
    }

    /// <summary>The same with an admin interface, which commands ask. The caller's, to dispose.</summary>
    public Task<AdminRun> ServeWithAdmin(string name, ListenAddress admin) => AdminRun.Start(Configuration(name), new AdminConfiguration { Listen = admin }, null);

    public async ValueTask DisposeAsync()
    {
        foreach (var orb in _servers)
            await orb.DisposeAsync();
        await Control.DisposeAsync();
        if (!_hasNoRelay)
            await Relay.DisposeAsync();
        Folder.Dispose();
    }

    private static Task<RelayRun> StartRelay(TemporaryFolder folder, int port, int stunPort) => RelayRun.Start(options => options with
    {
        Listen = new ListenAddress { Host = RelayHost, Port = port }, HostName = RelayHost, StunPort = stunPort, StateFolder = folder.Path,
    });

    private string Configuration(string name) => $$"""
        networks {
          ["lab"] {
            tailscale { direct = true; controlUrl = "{{Control.Url}}"; authKey = "{{AuthKey}}"; hostname = "{{name}}"; stateDir = "mem:" }
          }
        }
        servers { [":8080"] { handler = new Respond { body = "hello from {{name}}" } } }
        """;
}
