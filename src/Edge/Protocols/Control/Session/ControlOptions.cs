using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>What a session begins with.</summary>
internal sealed record ControlOptions
{
    /// <summary>What this node tells about itself at first.</summary>
    public required HostInfo Host { get; init; }

    /// <summary>Where it may be reached, as far as it is known at first.</summary>
    public ValueList<OwnEndpoint> Endpoints { get; init; }

    /// <summary>
    /// More than this is being found out: beside the stream nothing is told before <see cref="ControlSession.SetReport"/>. A request that changes the
    /// node is dear to some servers.
    /// </summary>
    public bool WaitsForReport { get; init; }

    /// <summary>The node's key from an earlier start; null: a new one is made.</summary>
    public PrivateKey? NodeKey { get; init; }

    /// <summary>The server knows <see cref="NodeKey"/>: there is no need to register before the map is asked for.</summary>
    public bool IsRegistered { get; init; }

    /// <summary>The server's key from an earlier start, so that it need not be fetched; zero: not known.</summary>
    public KeyOf<MachineKind> ServerKey { get; init; }

    /// <summary>The disco key of this start.</summary>
    public required KeyOf<DiscoKind> DiscoKey { get; init; }

    /// <summary>A secret that lets the node in; null: a person must.</summary>
    public string? AuthKey { get; init; }

    public bool IsEphemeral { get; init; }

    /// <summary>The netmap of an earlier start: good until the server tells another.</summary>
    public NetworkMap? CachedMap { get; init; }

    public ControlLimits Limits { get; init; } = new();
}
