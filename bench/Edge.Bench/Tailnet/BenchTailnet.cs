using Edge.Foundation.Configuration;
using Edge.Foundation.Netmap;
using Edge.Interop;
using Edge.Io;
using Edge.Lab.Control;
using Edge.Node.Networks;
using Edge.Node.Tailnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Bench.Tailnet;

/// <summary>A tailnet on loopback, with one node of it in this process: who asks for pages.</summary>
internal sealed class BenchTailnet : IAsyncDisposable
{
    private readonly RunningProgram _relay;
    private readonly NetworkSet _networks;
    private readonly TailnetNetwork _client;
    private readonly IDisposable _subscription;
    private readonly Watched<NetworkMapBox> _map = new(new(null));

    private BenchTailnet(LabControl control, string key, RunningProgram relay)
    {
        (Control, Key, _relay) = (control, key, relay);
        var tailscale = new Tailscale { Direct = true, AuthKey = new Secret(key), ControlUrl = control.Url, Hostname = "client", StateDir = StateDirectory.Memory };
        _networks = new NetworkSet([KeyValuePair.Create("bench", new Network { Tailscale = tailscale })], new NetworkOptions
        {
            Logs = NullLoggerFactory.Instance,
            Resolver = new SystemResolver(),
            Time = TimeProvider.System,
        });
        _client = (TailnetNetwork)_networks.Nodes[0];
        _subscription = _client.Subscribe(map => _map.Change(_ => (new NetworkMapBox(map), true)));
    }

    public LabControl Control { get; }

    /// <summary>What lets nodes in.</summary>
    public string Key { get; }

    public IDialler Dialler => _networks.DiallerOf(_client);

    /// <param name="edge">The executable that is the relay.</param>
    /// <param name="folder">For the relay's files.</param>
    /// <param name="isRelayed">Nodes are told of no other way.</param>
    public static async Task<BenchTailnet> Start(string edge, string folder, bool isRelayed)
    {
        folder = Directory.CreateDirectory(Path.Combine(folder, isRelayed ? "relayed" : "direct")).FullName;
        var relay = new RunningProgram([edge, "tun", "derp", "--host", "127.0.0.1", "--port", "0", "--stun-port", "0", "--state", folder, "--admin", $"unix:{folder}/relay.sock",
            "--client-rate", "0", "--total-rate", "0", "--json"]);
        var control = await LabControl.Start(new() { Relays = await relay.PrintedDocument() });
        control.Tailnet.Change(state => state with { HidesPaths = isRelayed });
        var tailnet = new BenchTailnet(control, control.AddKey(), relay);
        await tailnet._networks.Start();
        await tailnet._map.Until(static box => box.Map is { } map && map.Self.HomeRegion != 0 && !map.Self.Endpoints.IsEmpty, CancellationToken.None);
        return tailnet;
    }

    /// <summary>Waits until the client was told of a node, and of a way to it.</summary>
    public async Task<TailnetNode> Find(string name, CancellationToken cancellation)
    {
        var map = (await _map.Until(box => Peer(box.Map, name) is { } peer && (peer.HomeRegion != 0 || !peer.Endpoints.IsEmpty), cancellation)).Map;
        return Peer(map, name)!;
    }

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _networks.DisposeAsync();
        await Control.DisposeAsync();
        await _relay.DisposeAsync();
    }

    private static TailnetNode? Peer(NetworkMap? map, string name) => map?.Peers.Select(static peer => peer.Value).FirstOrDefault(peer => peer.Host.Hostname == name);

    private sealed record NetworkMapBox(NetworkMap? Map);
}
