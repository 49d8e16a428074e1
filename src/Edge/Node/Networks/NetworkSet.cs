using System.Collections.Immutable;
using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Io;

namespace Edge.Node.Networks;

/// <summary>All networks of a server, and which of them an address belongs to.</summary>
internal sealed class NetworkSet : IConnector, IAsyncDisposable
{
    private readonly HostConnector _host = new();
    private readonly List<LocalProxy> _proxies = [];
    private bool _isDisposed;

    /// <summary>Nothing is opened yet.</summary>
    /// <param name="networks">As configured; those of <c>tailscale</c> are not for here, and placeholders are no networks.</param>
    /// <param name="options">How they are run.</param>
    public NetworkSet(ImmutableArray<KeyValuePair<string, Network>> networks, NetworkOptions options)
    {
        Nodes = [.. networks
            .Where(static network => network.Value.Wireguard is not null)
            .Select(network => (INetworkNode)new WireGuardNetwork(network.Key, network.Value.Wireguard!, network.Value.Tunnel, options))];
        foreach (var node in Nodes)
        {
            var dialler = new Dialler(options.Resolver, options.Time, Only(node.Network));
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
    public INetworkNode? Find(string name)
    {
        // Asked of each request that comes from a network.
        foreach (var node in Nodes)
            if (node.Network.Name == name)
                return node;
        return null;
    }

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

    /// <summary>What reaches addresses through one network only.</summary>
    public static IConnector Only(VirtualNetwork network) => new OneNetwork(network);

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

    private sealed class OneNetwork(VirtualNetwork network) : IConnector
    {
        public ValueTask<Stream> Connect(IPEndPoint endpoint, CancellationToken cancellation) => Through(network, endpoint, cancellation);
    }
}
