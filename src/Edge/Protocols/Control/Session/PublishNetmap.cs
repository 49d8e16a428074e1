using Edge.Foundation.Netmap;

namespace Edge.Protocols.Control.Session;

/// <summary>There is a new snapshot.</summary>
/// <param name="Map">The network.</param>
/// <param name="IsCached">It is from before this start; the server has not confirmed it yet.</param>
internal sealed record PublishNetmap(NetworkMap Map, bool IsCached) : ControlAction(0);
