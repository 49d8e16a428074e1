using Edge.Foundation.Netmap;

namespace Edge.Node.Tailnet;

/// <summary>A tailnet's node at one moment.</summary>
/// <param name="Network">Its name in the configuration.</param>
/// <param name="ControlUrl">The control server.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Reason">Why it is not <see cref="TailnetState.Running"/>, or what is wrong with the control server while it is; null: nothing.</param>
/// <param name="LoginUrl">To be opened by someone; null unless it is needed.</param>
/// <param name="IsCached">The netmap is of an earlier start, and the control server has not confirmed it.</param>
/// <param name="Map">Null: there is none yet.</param>
/// <param name="Home">The home relay's region; null: there is none yet.</param>
/// <param name="Port">UDP.</param>
/// <param name="Endpoints">Where this node seems to be, as peers are told.</param>
/// <param name="Peers">In no order.</param>
/// <param name="Health">What is wrong, a sentence each.</param>
internal sealed record TailnetStatus(
    string Network, string ControlUrl, TailnetState State, string? Reason, string? LoginUrl, bool IsCached, NetworkMap? Map, DerpRegion? Home, int Port,
    ValueList<Foundation.Addresses.Endpoint> Endpoints, IReadOnlyList<TailnetPeerStatus> Peers, IReadOnlyList<string> Health);
