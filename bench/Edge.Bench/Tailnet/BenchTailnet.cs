using System.Globalization;
using System.Security.Cryptography;
using Edge.Foundation.Configuration;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Interop;
using Edge.Io;
using Edge.Lab.Control;
using Edge.Node.Networks;
using Edge.Node.Tailnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Bench.Tailnet;

/// <summary>A tailnet on loopback, with nodes of it in this process: who asks for pages.</summary>
internal sealed class BenchTailnet : IAsyncDisposable
{
    private readonly RunningProgram _relay;
    private readonly NetworkSet _networks;
    private readonly TailnetNetwork _client;
    private readonly IDisposable _subscription;
    private readonly Watched<NetworkMapBox> _map = new(new(null));

    private BenchTailnet(LabControl control, string key, RunningProgram relay, int clients)
    {
        (Control, Key, _relay) = (control, key, relay);
        var tailscale = new Tailscale { Direct = true, AuthKey = new Secret(key), ControlUrl = control.Url, StateDir = StateDirectory.Memory };
        var names = Enumerable.Range(1, clients).Select(static number => $"client{number}");
        _networks = new NetworkSet([.. names.Select(name => KeyValuePair.Create(name, new Network { Tailscale = tailscale with { Hostname = name } }))], new NetworkOptions
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

    /// <summary>Of the first node.</summary>
    public IDialler Dialler => _networks.DiallerOf(_client);

    /// <summary>Of each node in this process.</summary>
    public IEnumerable<IDialler> Diallers => _networks.Nodes.Select(_networks.DiallerOf);

    /// <param name="edge">The executable that is the relay.</param>
    /// <param name="folder">For the relay's files.</param>
    /// <param name="isRelayed">Nodes are told of no other way.</param>
    /// <param name="clients">Nodes in this process.</param>
    public static async Task<BenchTailnet> Start(string edge, string folder, bool isRelayed, int clients = 1)
    {
        folder = Directory.CreateDirectory(Path.Combine(folder, isRelayed ? "relayed" : "direct")).FullName;
        var relay = new RunningProgram([edge, "tun", "derp", "--host", "127.0.0.1", "--port", "0", "--stun-port", "0", "--state", folder, "--admin", $"unix:{folder}/relay.sock",
            "--client-rate", "0", "--total-rate", "0", "--json"]);
        var control = await LabControl.Start(new() { Relays = await relay.PrintedDocument() });
        control.Tailnet.Change(state => state with { HidesPaths = isRelayed });
        var tailnet = new BenchTailnet(control, control.AddKey(), relay, clients);
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

    /// <summary>Tells all nodes of so many more, which are said to be online and answer nobody.</summary>
    public void Announce(int count) => Control.Tailnet.Change(state =>
    {
        state = state.WithUser("alice", out var user);
        for (var i = 1; i <= count; i++)
        {
            state = (state with { LastId = state.LastId + 1 }).With(new LabNode
            {
                Id = state.LastId + 1,
                Machine = new KeyOf<MachineKind>(NewKey()),
                Key = new KeyOf<NodeKind>(NewKey()),
                DiscoKey = new KeyOf<DiscoKind>(NewKey()),
                Name = string.Create(CultureInfo.InvariantCulture, $"announced-{i}"),
                User = user,
                Version = 113,
                // TEST-NET-3 of RFC 5737.
                Endpoints = [string.Create(CultureInfo.InvariantCulture, $"203.0.113.{i % 254 + 1}:41641"), "192.168.1.20:41641"],
                HomeRegion = 900,
                Host = string.Create(CultureInfo.InvariantCulture, $$"""{"OS":"linux","OSVersion":"6.12.0","Hostname":"announced-{{i}}","GoArch":"amd64","IPNVersion":"1.96.5","Services":[{"Proto":"peerapi4","Port":41112},{"Proto":"peerapi6","Port":41112}]}"""),
                Created = DateTimeOffset.UtcNow,
                IsOnline = true,
            });
        }
        return state;
    });

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _networks.DisposeAsync();
        await Control.DisposeAsync();
        await _relay.DisposeAsync();
    }

    private static PublicKey NewKey() => new(RandomNumberGenerator.GetBytes(PublicKey.Size));

    private static TailnetNode? Peer(NetworkMap? map, string name) => map?.Peers.Select(static peer => peer.Value).FirstOrDefault(peer => peer.Host.Hostname == name);

    private sealed record NetworkMapBox(NetworkMap? Map);
}
