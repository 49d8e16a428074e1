using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;

namespace Edge.Protocols.Control.Messages;

/// <summary>Some fields of one peer (tailcfg.PeerChange, v1.96.5). What is null, or 0 where there is no null, stays as it was.</summary>
internal sealed record PeerPatch
{
    public NodeId Id { get; init; }

    public int HomeRegion { get; init; }

    public int CapabilityVersion { get; init; }

    public Capabilities? Capabilities { get; init; }

    public ValueList<Endpoint>? Endpoints { get; init; }

    public KeyOf<NodeKind>? Key { get; init; }

    public ValueList<byte>? KeySignature { get; init; }

    public KeyOf<DiscoKind>? DiscoKey { get; init; }

    public bool? Online { get; init; }

    public UtcTime? LastSeen { get; init; }

    public UtcTime? KeyExpiry { get; init; }

    public TailnetNode Apply(TailnetNode peer) => peer with
    {
        HomeRegion = HomeRegion != 0 ? HomeRegion : peer.HomeRegion,
        CapabilityVersion = CapabilityVersion != 0 ? CapabilityVersion : peer.CapabilityVersion,
        Capabilities = Capabilities ?? peer.Capabilities,
        Endpoints = Endpoints ?? peer.Endpoints,
        Key = Key ?? peer.Key,
        KeySignature = KeySignature ?? peer.KeySignature,
        DiscoKey = DiscoKey ?? peer.DiscoKey,
        Online = Online ?? peer.Online,
        LastSeen = LastSeen ?? peer.LastSeen,
        KeyExpiry = KeyExpiry ?? peer.KeyExpiry,
    };

    /// <summary>
    /// What leads from a peer to another state of it; null: more than a patch can tell differs (tailscale v1.96.5, controlclient/map.go,
    /// peerChangeDiff). What the new state does not tell at all leaves the old as it is, so it is not the new state that results.
    /// </summary>
    public static PeerPatch? Between(TailnetNode was, TailnetNode now)
    {
        // Only what differs: the patch is applied after others of its message, and must not undo them.
        var patch = new PeerPatch
        {
            Id = was.Id,
            HomeRegion = was.HomeRegion == now.HomeRegion ? 0 : now.HomeRegion,
            CapabilityVersion = was.CapabilityVersion == now.CapabilityVersion ? 0 : now.CapabilityVersion,
            Capabilities = was.Capabilities == now.Capabilities ? null : now.Capabilities,
            Endpoints = now.Endpoints.IsDefault || was.Endpoints == now.Endpoints ? null : now.Endpoints,
            Key = was.Key == now.Key ? null : now.Key,
            KeySignature = now.KeySignature.IsDefault || was.KeySignature == now.KeySignature ? null : now.KeySignature,
            DiscoKey = was.DiscoKey == now.DiscoKey ? null : now.DiscoKey,
            Online = was.Online is null || was.Online == now.Online ? null : now.Online,
            LastSeen = was.LastSeen is null || was.LastSeen == now.LastSeen ? null : now.LastSeen,
            KeyExpiry = was.KeyExpiry == now.KeyExpiry ? null : now.KeyExpiry,
        };
        var patched = was with
        {
            HomeRegion = now.HomeRegion,
            CapabilityVersion = now.CapabilityVersion,
            Capabilities = now.Capabilities,
            Endpoints = now.Endpoints,
            Key = now.Key,
            KeySignature = now.KeySignature,
            DiscoKey = now.DiscoKey,
            Online = now.Online,
            LastSeen = now.LastSeen,
            KeyExpiry = now.KeyExpiry,
        };
        return patched == now ? patch : null;
    }
}
