using System.Net;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Node.Tailnet;
using Edge.Tests.Cli;
using Edge.Tests.Io.Control;
using Edge.Tests.Networks;
using Edge.Tests.Orb;
using Edge.Tests.Relay;

namespace Edge.Tests.Node.Tailnet;

/// <summary>A tailnet on loopback: Headscale, a relay of ours with STUN, and servers as its nodes.</summary>
internal sealed class TailnetLab : IAsyncDisposable
{
    private readonly List<OrbRun> _servers = [];

    private TailnetLab(Headscale headscale, RelayRun relay) => (Control, Relay) = (headscale, relay);

    public Headscale Control { get; }

    public RelayRun Relay { get; }

    public TemporaryFolder Folder { get; } = new();

    public static async Task<TailnetLab> Start(CancellationToken cancellation)
    {
        var stunPort = NetworkClient.FreeUdpPort();
        var relay = await RelayRun.Start(options => options with { StunPort = stunPort });
        var node = $"{{name: 900a, regionid: 900, hostname: 127.0.0.1, certname: \"{relay.Node.CertName}\", ipv4: 127.0.0.1, ipv6: none, derpport: {relay.Node.Port}, stunport: {stunPort}}}";
        var relays = $"{{900: {{regionid: 900, regioncode: lab, regionname: Lab, nodes: [{node}]}}}}";
        return new TailnetLab(await Headscale.Start(cancellation, relays), relay);
    }

    /// <summary>The `networks` entry of a node.</summary>
    /// <param name="name">The network's and, as it is, the node's.</param>
    /// <param name="key">What admits it.</param>
    /// <param name="more">What else `tailscale` has.</param>
    public string Network(string name, string? key = null, string more = "") => $$"""
        ["lab"] {
          tailscale { direct = true; controlUrl = "{{Control.Url}}"; authKey = "{{key ?? Control.AuthKey}}"; hostname = "{{name}}"; stateDir = "{{Path.Combine(Folder.Path, name)}}"; {{more}} }
        }
        """;

    /// <summary>A server that is in the tailnet, or on its way there, and answers `hello from NAME`.</summary>
    public async Task<OrbRun> Serve(string name, string? network = null)
    {
        var orb = await OrbRun.Start($$"""
            networks { {{network ?? Network(name)}} }
            servers { [":8080"] { handler = new Respond { body = "hello from {{name}}" } } }
            """);
        _servers.Add(orb);
        return orb;
    }

    /// <summary>Ends a server as a signal does.</summary>
    public async Task Stop(OrbRun orb)
    {
        _servers.Remove(orb);
        await orb.DisposeAsync();
    }

    public static TailnetNetwork NodeOf(OrbRun orb, string network = "lab") => (TailnetNetwork)orb.Server.Networks.Find(network)!;

    /// <summary>Waits for a netmap.</summary>
    public static async Task<NetworkMap> Map(TailnetNetwork node, Func<NetworkMap, bool> expected, CancellationToken cancellation)
    {
        var found = new TaskCompletionSource<NetworkMap>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = node.Subscribe(map =>
        {
            if (expected(map))
                found.TrySetResult(map);
        });
        return await found.Task.WaitAsync(cancellation);
    }

    /// <summary>Fetches as a handler of a server would; a peer that does not know of the server yet is asked again.</summary>
    public static async Task<string> Fetch(OrbRun from, string url, CancellationToken cancellation)
    {
        using var handler = OrbRun.Handler();
        handler.ConnectCallback = async (context, cancel) => await from.Server.Networks.Dial(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancel);
        using var http = new HttpClient(handler);
        while (true)
        {
            try
            {
                return await http.GetStringAsync(url, cancellation);
            }
            catch (HttpRequestException failure) when (failure.InnerException is DialException { Fault: DialFault.TimedOut })
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Fetches until the path to the peer is such.</summary>
    public static async Task<TailnetPeerStatus> FetchUntil(OrbRun from, string name, Func<TailnetPeerStatus, bool> expected, CancellationToken cancellation)
    {
        while (true)
        {
            await Fetch(from, $"http://{name}/", cancellation);
            var status = await NodeOf(from).Status();
            if (status.Peers.FirstOrDefault(peer => peer.Node.Name.StartsWith(name + ".", StringComparison.Ordinal)) is { } peer && expected(peer))
                return peer;
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public static IPAddress AddressOf(TailnetNetwork node) => node.Map!.Self.Addresses[0].Address.ToIPAddress();

    public async ValueTask DisposeAsync()
    {
        foreach (var orb in _servers)
            await orb.DisposeAsync();
        Control.Dispose();
        await Relay.DisposeAsync();
        Folder.Dispose();
    }
}
