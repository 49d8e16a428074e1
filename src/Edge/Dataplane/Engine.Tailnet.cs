using Edge.Dataplane.Tailnet;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Protocols.Disco;
using Edge.Protocols.WireGuard;

namespace Edge.Dataplane;

// Paths that a tailnet chooses: a datagram goes to an endpoint, by a relay, or both ways while it is uncertain which of them arrives.
internal sealed partial class Engine
{
    /// <summary>Takes a packet that a relay brought.</summary>
    /// <param name="now">When it arrived.</param>
    /// <param name="region">Which relay.</param>
    /// <param name="sender">The node that the relay says sent it.</param>
    /// <param name="packet">Opened in place. Where <see cref="SystemPackets"/> takes what came out, it stays there until that is flushed.</param>
    public void HandleRelayed(Timestamp now, int region, in PublicKey sender, Span<byte> packet)
    {
        if (tailnet is null || tailnet.TakeRelayed(now, region, sender, packet))
            return;
        var verdict = device.Open(now, packet, RelayPath.Of(region), out var peer, out var opened);
        if (verdict < OpenVerdict.TooShort)
            Counters.InRelayed.Add(packet.Length);
        if (verdict == OpenVerdict.Packet)
            HandOn(now, peer, opened, SystemPackets);
    }

    /// <summary>Hands on what relays are to carry, and clears it.</summary>
    public void SendRelayed(ITailnetUser user)
    {
        if (tailnet is null)
            return;
        var relayed = tailnet.Relayed;
        foreach (ref readonly var run in relayed.Runs)
        {
            var (region, peer) = (RelayPath.RegionOf(run.Path), device.PublicKeyOf(run.Peer));
            for (var at = 0; at < run.Length; at += run.SegmentSize)
                user.Relay(region, peer, relayed.Slab.Slice(run.Offset + at, Math.Min(run.SegmentSize, run.Length - at)));
        }
        relayed.Clear();
    }

    /// <summary>This node waits at a relay again at which what it sent was lost.</summary>
    public void RelayFound(Timestamp now, int region) => tailnet?.Paths.RelayFound(now, region);

    /// <summary>Handshakes that waited for a way, or went one on which nothing came back, go now.</summary>
    private void UsePaths(EngineTailnet found)
    {
        while (found.Paths.TryTakeFound(out var peer))
            device.PathFound(peer);
    }

    /// <summary>
    /// Without a tailnet a peer is where its last authentic datagram came from. In one, a peer whose home is not known is answered by the relay that
    /// it came by: one that joins begins to talk before it has told its home. And while its paths are being tried it is answered where it came from
    /// as well: its relay may be one that is not reached.
    /// </summary>
    private PeerPath WayTo(Timestamp now, PeerId peer, in DatagramPath known)
    {
        if (tailnet is null)
            return new PeerPath(known, 0);
        var way = tailnet.Paths.PathOf(now, peer);
        if (way.IsDirect || known == default)
            return way;
        var region = RelayPath.RegionOf(known);
        if (region != 0)
            return way.IsNone ? new PeerPath(default, region) : way;
        return tailnet.Paths.IsProbing(peer) ? new PeerPath(known, way.Region) : way;
    }

    /// <summary>Where datagrams for this way are sealed.</summary>
    private SealedOutbox OutboxOf(in PeerPath way, SealedOutbox outbox) => way.IsDirect ? outbox : tailnet!.Relayed;

    /// <summary>Keeps a datagram that was sealed in the outbox that <see cref="OutboxOf"/> gave.</summary>
    private void CommitSealed(in PeerPath way, PeerId peer, ReadOnlySpan<byte> datagram, SealedOutbox target)
    {
        if (!way.IsDirect)
        {
            target.Commit(RelayPath.Of(way.Region), datagram.Length, peer);
            Counters.OutRelayed.Add(datagram.Length);
            return;
        }
        target.Commit(way.Direct, datagram.Length);
        (way.Direct.Remote.Address.IsV4 ? ref Counters.OutDirectV4 : ref Counters.OutDirectV6).Add(datagram.Length);
        if (way.Region != 0)
            Relay(way.Region, peer, datagram);
    }

    /// <summary>Keeps a datagram that was written into the outbox of datagrams, wherever it goes.</summary>
    private void Commit(Timestamp now, in PeerPath way, in Outgoing outgoing, ReadOnlySpan<byte> datagram, SealedOutbox outbox)
    {
        var peer = outgoing.Peer;
        // A cookie's asker by a relay is not known, and asks again.
        if (way.IsNone || RelayPath.RegionOf(way.Direct) != 0)
        {
            Counters.Pathless++;
            if (outgoing.IsInitiation)
                device.Hold(now, peer);
        }
        else if (way.IsDirect)
            CommitSealed(way, peer, datagram, outbox);
        else
            Relay(way.Region, peer, datagram);
    }

    private void Relay(int region, PeerId peer, ReadOnlySpan<byte> datagram)
    {
        tailnet!.Relay(region, peer, datagram);
        Counters.OutRelayed.Add(datagram.Length);
    }
}
