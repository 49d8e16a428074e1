using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Dataplane.Tailnet;

/// <summary>What this node wants of the tailnet, beyond what the netmap gives it.</summary>
internal sealed record TailnetPreferences
{
    /// <summary>Networks behind peers are reached through them.</summary>
    public bool AcceptsRoutes { get; init; }

    /// <summary>The peer through which everything else goes; 0: none.</summary>
    public NodeId ExitNode { get; init; }

    /// <summary>Networks that this node is a router for.</summary>
    public ValueList<IpPrefix> AdvertisedRoutes { get; init; }

    /// <summary>Nothing new comes in, whatever the policy says.</summary>
    public bool IsShieldsUp { get; init; }
}
