using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;

namespace Edge.Foundation.Netmap;

/// <summary>
/// A node of the tailnet, this one or a peer, as the control server describes it (tailcfg.Node, v1.96.5). A value: two with the same content
/// are equal, a change makes another.
/// </summary>
internal sealed record TailnetNode
{
    public required NodeId Id { get; init; }

    /// <summary>The server's other, textual name for <see cref="Id"/>; preferences name exit nodes by it.</summary>
    public string StableId { get; init; } = "";

    /// <summary>Fully qualified, with the final dot: `desk.tail0.ts.net.`. A peer shared from elsewhere has another suffix. Empty occurs.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its owner; of a tagged node that is nobody in particular.</summary>
    public UserId User { get; init; }

    /// <summary>Who shared it, if it was shared; 0 otherwise.</summary>
    public UserId Sharer { get; init; }

    /// <summary>WireGuard's key.</summary>
    public KeyOf<NodeKind> Key { get; init; }

    /// <summary>When <see cref="Key"/> ends; zero: never.</summary>
    public UtcTime KeyExpiry { get; init; }

    /// <summary>Tailnet lock's signature of <see cref="Key"/>.</summary>
    public ValueList<byte> KeySignature { get; init; }

    public KeyOf<MachineKind> Machine { get; init; }

    /// <summary>Seals path discovery; zero: the node does none.</summary>
    public KeyOf<DiscoKind> DiscoKey { get; init; }

    /// <summary>Its own addresses, each with the full prefix length.</summary>
    public ValueList<IpPrefix> Addresses { get; init; }

    /// <summary>What it may send from and receives for: its addresses and the routes through it.</summary>
    public ValueList<IpPrefix> AllowedIps { get; init; }

    /// <summary>Where it may be reached.</summary>
    public ValueList<Endpoint> Endpoints { get; init; }

    /// <summary>The relay region in which it waits; 0: none.</summary>
    public int HomeRegion { get; init; }

    /// <summary>What it tells about itself.</summary>
    public HostInfo Host { get; init; } = HostInfo.Empty;

    public UtcTime Created { get; init; }

    /// <summary>Its capability version; 0: not told.</summary>
    public int CapabilityVersion { get; init; }

    /// <summary>`tag:server`. A tagged node acts for no user.</summary>
    public ValueList<string> Tags { get; init; }

    /// <summary>Those of its routes that lead through it and not through another router.</summary>
    public ValueList<IpPrefix> PrimaryRoutes { get; init; }

    /// <summary>Null: not told, or it is online.</summary>
    public UtcTime? LastSeen { get; init; }

    /// <summary>Connected to the control server. Null: not told.</summary>
    public bool? Online { get; init; }

    /// <summary>An administrator let the machine in.</summary>
    public bool IsMachineAuthorized { get; init; }

    public Capabilities Capabilities { get; init; }

    /// <summary>Not signed under tailnet lock: only its PeerAPI may be talked to, so it gets no packet through the tunnel.</summary>
    public bool IsUnsignedPeerApiOnly { get; init; }

    /// <summary>Its key has ended, by the server's word.</summary>
    public bool IsExpired { get; init; }

    /// <summary>The address that this node has for that peer instead of its own; null: its own.</summary>
    public IpAddress? SelfV4Masquerade { get; init; }

    /// <inheritdoc cref="SelfV4Masquerade"/>
    public IpAddress? SelfV6Masquerade { get; init; }

    /// <summary>A plain WireGuard peer: no path discovery, no relay.</summary>
    public bool IsWireGuardOnly { get; init; }

    /// <summary>May answer, but opens no connection to this node.</summary>
    public bool IsJailed { get; init; }

    /// <summary>DNS servers to use while it is the exit node.</summary>
    public ValueList<DnsResolver> ExitNodeResolvers { get; init; }

    /// <summary>Whether it acts for a tag and not for its user.</summary>
    public bool IsTagged => !Tags.IsEmpty;

    /// <summary>Whether its key has ended: the server said so, or the time has come.</summary>
    public bool IsExpiredAt(UtcTime now) => IsExpired || (!KeyExpiry.IsZero && KeyExpiry <= now);

    /// <summary>Whether packets may pass between this node and that peer at all; the filter comes after.</summary>
    public bool MayBeReachedAt(UtcTime now) => !IsUnsignedPeerApiOnly && !IsExpiredAt(now);
}
