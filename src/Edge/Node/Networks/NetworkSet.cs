using System.Collections.Immutable;
using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Io.Names;
using Edge.Node.Tailnet;

namespace Edge.Node.Networks;

/// <summary>All networks of a server, and which of them an address belongs to.</summary>
internal sealed class NetworkSet : IConnector, IDialler, IAsyncDisposable
{
    private readonly HostConnector _host = new();
    private readonly List<LocalProxy> _proxies = [];
    private readonly NetworkOptions _options;
    private bool _isDisposed;

    /// <summary>Nothing is opened yet.</summary>
    /// <param name="networks">As configured; those of the host's tailscaled are not for here, and placeholders are no networks.</param>
    /// <param name="options">How they are run.</param>
    public NetworkSet(ImmutableArray<KeyValuePair<string, Network>> networks, NetworkOptions options)
    {
        _options = options;
        Nodes = [.. networks.Select(network => Make(network.Key, network.Value, options)).Where(static node => node is not null).Select(static node => node!)];
        foreach (var node in Nodes)
        {
            var dialler = DiallerOf(node);
            if (node.Tunnel.Socks5 is { } socks)
                _proxies.Add(new LocalProxy(node.Network, isSocks: true, socks, dialler, options));
            if (node.Tunnel.HttpProxy is { } http)
                _proxies.Add(new LocalProxy(node.Network, isSocks: false, http, dialler, options));
        }
    }

    /// <summary>The doors into the networks for other programs.</summary>
    public IReadOnlyList<LocalProxy> Proxies => _proxies;

    public ImmutableArray<INetworkNode> Nodes { get; }

    /// <summary>Null: there is none of this name.</summary>
    public INetworkNode? Find(string name) => Nodes.FirstOrDefault(node => node.Network.Name == name);

    public async Task Start()
    {
        foreach (var node in Nodes)
            node.Start();
        foreach (var proxy in _proxies)
            await proxy.Start();
    }

    /// <summary>
    /// An address of a network's ranges is reached through that network and never by the host's own route; any other by the host's.
    /// </summary>
    public ValueTask<Stream> Connect(IPEndPoint endpoint, CancellationToken cancellation)
    {
        VirtualNetwork? found = null;
        var address = IpAddress.Of(endpoint.Address);
        foreach (var node in Nodes)
        {
            if (!node.Tunnel.BridgeOutbound || !node.Network.Claims(address))
                continue;
            if (found is not null)
            {
                return ValueTask.FromException<Stream>(new DialException(
                    DialStep.Connect, $"no connection to {endpoint}: the networks `{found.Name}` and `{node.Network.Name}` both claim it; say which one with `network = \"{found.Name}\"`"));
            }
            found = node.Network;
        }
        return found is null ? _host.Connect(endpoint, cancellation) : Through(found, endpoint, cancellation);
    }

    /// <summary>Reaches hosts through one network only, and knows its names.</summary>
    public IDialler DiallerOf(INetworkNode node) => new Dialler((IResolver?)node.Resolver ?? _options.Resolver, _options.Time, new OneNetwork(node.Network));

    /// <summary>A host that a network knows by name is reached through it, any other as <see cref="Connect"/> says.</summary>
    public async ValueTask<Stream> Dial(string host, int port, CancellationToken cancellation)
    {
        if (!IPAddress.TryParse(host, out _))
        {
            foreach (var node in Nodes)
            {
                if (node.Tunnel.BridgeOutbound && node.Resolver is { } resolver && await resolver.Find(host, cancellation) is { } addresses)
                    return await new Dialler(new FixedResolver(addresses), _options.Time, new NetworkFirst(node.Network, this)).Dial(host, port, cancellation);
            }
        }
        return await new Dialler(_options.Resolver, _options.Time, this).Dial(host, port, cancellation);
    }

    /// <summary>Takes this process out of the networks where it is not to come back.</summary>
    public async Task Leave(CancellationToken limit) => await Task.WhenAll(Nodes.Select(node => node.Leave(limit)));

    public async Task Drain(CancellationToken limit) => await Task.WhenAll(Nodes.Select(node => node.Drain(limit)));

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
        foreach (var node in Nodes)
            await node.DisposeAsync();
    }

    private static async ValueTask<Stream> Through(VirtualNetwork network, IPEndPoint endpoint, CancellationToken cancellation) =>
        new TunnelStream(await network.Dial(new Endpoint(IpAddress.Of(endpoint.Address), (ushort)endpoint.Port), cancellation));

    private static INetworkNode? Make(string name, Network network, NetworkOptions options) => network switch
    {
        { Wireguard: { } wireguard } => new WireGuardNetwork(name, wireguard, network.Tunnel, options),
        { Tailscale: { Direct: true } tailscale } => new TailnetNetwork(name, tailscale, network.Tunnel, options),
        _ => null,
    };

    /// <summary>An address that came of a network's name is that network's, where it claims it.</summary>
    private sealed class NetworkFirst(VirtualNetwork network, NetworkSet all) : IConnector
    {
        public ValueTask<Stream> Connect(IPEndPoint endpoint, CancellationToken cancellation) =>
            network.Claims(IpAddress.Of(endpoint.Address)) ? Through(network, endpoint, cancellation) : all.Connect(endpoint, cancellation);
    }

    private sealed class OneNetwork(VirtualNetwork network) : IConnector
    {
        public ValueTask<Stream> Connect(IPEndPoint endpoint, CancellationToken cancellation) => Through(network, endpoint, cancellation);
    }
}
