using Edge.Foundation.Configuration;
using Edge.Node.Tailnet;
using Edge.Orb;
using Edge.Protocols.Derp;
using Edge.Relay;

namespace Edge.Cli;

/// <summary>The relays that run beside a server: those of its networks' `derp` blocks, and the one of `--derp`.</summary>
internal sealed class RelaysBeside : IAsyncDisposable
{
    private readonly List<RelayServer> _relays = [];
    private readonly List<MeshKey> _keys = [];

    /// <param name="configuration">The server's.</param>
    /// <param name="port">Of `--derp`, which is for the nodes of the one tailnet that the server is in, and for anybody where it is in none or in several; null: it was not given.</param>
    /// <param name="server">Not started yet.</param>
    public RelaysBeside(EdgeServer configuration, int? port, OrbServer server)
    {
        List<(TailnetNetwork Network, Derp Settings)> tailnets = [];
        foreach (var (name, network) in configuration.Networks)
        {
            if (network.Tailscale is { } tailscale && server.Networks.Find(name) is TailnetNetwork node)
                tailnets.Add((node, tailscale.Derp));
        }
        if (port is { } asked && tailnets.Count == 1)
            tailnets[0] = (tailnets[0].Network, tailnets[0].Settings with { Server = true, ServerPort = asked });
        else if (port is { } open)
            _relays.Add(new RelayServer(DerpCommand.Beside(open, server.Services)));
        foreach (var (network, settings) in tailnets)
        {
            if (!settings.Server)
                continue;
            _relays.Add(new RelayServer(DerpCommand.Of(network, settings, server.Services, out var key)));
            if (key is not null)
                _keys.Add(key);
        }
    }

    /// <exception cref="OrbException">One cannot listen.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        foreach (var relay in _relays)
            await relay.Start(cancellation);
    }

    public Task Stop() => Task.WhenAll(_relays.Select(static relay => relay.Stop()));

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in _relays)
            await relay.DisposeAsync();
        foreach (var key in _keys)
            key.Dispose();
    }
}
