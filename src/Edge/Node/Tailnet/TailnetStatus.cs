using Edge.Foundation.Netmap;

namespace Edge.Node.Tailnet;

/// <summary>A tailnet's node at one moment.</summary>
/// <param name="Network">Its name in the configuration.</param>
/// <param name="ControlUrl">The control server.</param>
/// <param name="Standing">Where it stands, and why.</param>
/// <param name="IsCached">The netmap is of an earlier start, and the control server has not confirmed it.</param>
/// <param name="Map">Null: there is none yet.</param>
/// <param name="Home">The home relay's region; null: there is none yet.</param>
/// <param name="Port">UDP.</param>
/// <param name="Endpoints">Where this node seems to be, as peers are told.</param>
/// <param name="Peers">In no order.</param>
/// <param name="Health">What is wrong, a sentence each.</param>
internal sealed record TailnetStatus(
    string Network, string ControlUrl, TailnetStanding Standing, bool IsCached, NetworkMap? Map, DerpRegion? Home, int Port,
    ValueList<Foundation.Addresses.Endpoint> Endpoints, IReadOnlyList<TailnetPeerStatus> Peers, IReadOnlyList<string> Health)
{
    /// <summary>The host's interface; null: it has none.</summary>
    public string? Interface { get; init; }
}
