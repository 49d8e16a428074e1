using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;

namespace Edge.Protocols.Disco;

/// <summary>What the netmap says of a peer.</summary>
internal readonly ref struct DiscoPeerOptions
{
    public required PeerId Id { get; init; }

    /// <summary>By which relays know it.</summary>
    public required PublicKey NodeKey { get; init; }

    /// <summary>All zero: it does not speak DISCO (a plain WireGuard peer), and its first endpoint is used unseen.</summary>
    public required PublicKey DiscoKey { get; init; }

    /// <summary>0: unknown.</summary>
    public int HomeRegion { get; init; }

    /// <summary>Copied; those beyond <see cref="DiscoLimits.MaxCandidates"/> are left.</summary>
    public ReadOnlySpan<Endpoint> Endpoints { get; init; }
}
