using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Control.Messages;

/// <summary>A request for the map, or an update of what the server knows of this node (tailcfg.MapRequest, v1.96.5).</summary>
internal sealed record MapRequest
{
    public required KeyOf<NodeKind> NodeKey { get; init; }

    public required KeyOf<DiscoKind> DiscoKey { get; init; }

    /// <summary>
    /// True: the answer is the map, then each change of it, without end; what the request says of the host is not looked at (capability
    /// version 68). False, with <see cref="OmitsPeers"/>: an update, whose answer means nothing.
    /// </summary>
    public bool IsStream { get; init; }

    public bool OmitsPeers { get; init; }

    public required HostInfo Host { get; init; }

    public ValueList<OwnEndpoint> Endpoints { get; init; }
}
