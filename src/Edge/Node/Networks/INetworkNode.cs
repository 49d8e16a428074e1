using Edge.Foundation.Configuration;
using Edge.Io.Names;

namespace Edge.Node.Networks;

/// <summary>This process's place in one network: what makes a <see cref="VirtualNetwork"/> live.</summary>
internal interface INetworkNode : IAsyncDisposable
{
    VirtualNetwork Network { get; }

    /// <summary>What the tunnel carries to and from the server.</summary>
    Tunnel Tunnel { get; }

    /// <summary>Looks up the network's own names; null: it has none.</summary>
    TailnetResolver? Resolver { get; }

    /// <summary>What has happened so far; roughly, since it is asked while it happens.</summary>
    NetworkFigures Figures { get; }

    /// <summary>Begins to bring the network up, and to bring it up again where it cannot be at first.</summary>
    void Start();

    /// <summary>No connection begins any more; what was written is sent to its end, as far as it is taken within the limit.</summary>
    Task Drain(CancellationToken limit);

    /// <summary>Takes this process out of the network, where it is not to come back: when nobody uses it any more, at the limit at the latest.</summary>
    Task Leave(CancellationToken limit);
}
