using Edge.Foundation.Configuration;
using Edge.Foundation.Netmap;

namespace Edge.Node.Networks;

/// <summary>This process's place in one network: what makes a <see cref="VirtualNetwork"/> live.</summary>
internal interface INetworkNode : IAsyncDisposable
{
    VirtualNetwork Network { get; }

    /// <summary>What the tunnel carries to and from the server.</summary>
    Tunnel Tunnel { get; }

    /// <summary>What has happened so far; roughly, since it is asked while it happens.</summary>
    NetworkFigures Figures { get; }

    /// <summary>Whether it is one of Tailscale's networks, which know who their peers are.</summary>
    bool IsTailnet => false;

    /// <summary>Of a tailnet: as the control server last told it; null: it has not told anything, or the network is none.</summary>
    NetworkMap? Netmap => null;

    /// <summary>Begins to bring the network up, and to bring it up again where it cannot be at first.</summary>
    void Start();

    /// <summary>No connection begins any more; what was written is sent to its end, as far as it is taken within the limit.</summary>
    Task Drain(CancellationToken limit);
}
