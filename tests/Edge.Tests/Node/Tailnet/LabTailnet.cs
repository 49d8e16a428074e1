using System.Text.Json;
using Edge.Foundation.Configuration;
using Edge.Lab.Control;
using Edge.Relay;
using Edge.Tests.Admin;
using Edge.Tests.Orb;
using Edge.Tests.Relay;
using AdminConfiguration = Edge.Foundation.Configuration.Admin;

namespace Edge.Tests.Node.Tailnet;

/// <summary>A tailnet on loopback that needs no other program: our laboratory's control server, a relay with STUN, and servers as its nodes.</summary>
internal sealed class LabTailnet : IAsyncDisposable
{
    private readonly string _authKey;
    private readonly List<OrbRun> _servers = [];

    private LabTailnet(LabControl control, RelayRun relay) => (Control, Relay, _authKey) = (control, relay, control.AddKey());

    public LabControl Control { get; }

    public RelayRun Relay { get; }

    /// <summary>In the order in which they were started.</summary>
    public IReadOnlyList<OrbRun> Servers => _servers;

    public static async Task<LabTailnet> Start(CancellationToken cancellation)
    {
        var relay = await RelayRun.Start(static options => options with { StunPort = 0 });
        var map = JsonSerializer.Serialize(await relay.Server.Map(cancellation), RelayJson.Default.DerpMapDocument);
        return new(await LabControl.Start(new() { Relays = map }), relay);
    }

    /// <summary>A server that is a node, or on its way to be one, and answers `hello from NAME`.</summary>
    public async Task<OrbRun> Serve(string name)
    {
        var orb = await OrbRun.Start(Configuration(name));
        _servers.Add(orb);
        return orb;
    }

    /// <summary>The same with an admin interface, which commands ask. The caller's, to dispose.</summary>
    public Task<AdminRun> ServeWithAdmin(string name, ListenAddress admin) => AdminRun.Start(Configuration(name), new AdminConfiguration { Listen = admin }, null);

    public async ValueTask DisposeAsync()
    {
        foreach (var orb in _servers)
            await orb.DisposeAsync();
        await Control.DisposeAsync();
        await Relay.DisposeAsync();
    }

    private string Configuration(string name) => $$"""
        networks {
          ["lab"] {
            tailscale { direct = true; controlUrl = "{{Control.Url}}"; authKey = "{{_authKey}}"; hostname = "{{name}}"; stateDir = "mem:" }
          }
        }
        servers { [":8080"] { handler = new Respond { body = "hello from {{name}}" } } }
        """;
}
