using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.Disco;
using Edge.Protocols.Filter;
using Edge.Protocols.Stun;

namespace Edge.Dataplane.Tailnet;

/// <summary>What a tailnet adds to an engine: paths, the filter, the netmap's peers, and packets that relays are to carry.</summary>
/// <param name="paths">Owned.</param>
/// <param name="filter">Told of flows by what leaves.</param>
/// <param name="peers">Keeps both in step with the netmap.</param>
/// <param name="check">Finds out where this node seems to be, from the socket that its peers send to; null: somebody else does.</param>
internal sealed class EngineTailnet(PathDiscovery paths, Filter filter, TailnetPeers peers, NetCheck? check = null) : IDisposable
{
    public PathDiscovery Paths => paths;

    public Filter Filter => filter;

    public TailnetPeers Peers => peers;

    public NetCheck? Check => check;

    /// <summary>What relays are to carry: sealed, in runs that name the peer; the path says the region. The engine's caller hands it on and clears it.</summary>
    public SealedOutbox Relayed { get; } = new();

    /// <summary>Whether one more datagram of any size can be relayed.</summary>
    public bool HasRoom => !Relayed.Reserve(SealedOutbox.MaxRunLength).IsEmpty;

    public Timestamp NextDeadline => paths.HasFound ? new Timestamp(long.MinValue) : Timestamp.Min(paths.NextDeadline, check?.NextDeadline ?? Timestamp.Never);

    /// <summary>Takes a datagram that is not WireGuard's.</summary>
    /// <returns>False: it is for WireGuard to judge.</returns>
    public bool Take(Timestamp now, in DatagramPath path, ReadOnlySpan<byte> datagram)
    {
        // Who sends from the address that stands for relays is no relay.
        if (RelayPath.RegionOf(path) != 0)
            return true;
        if (check is not null && StunBinding.IsStun(datagram))
        {
            check.Handle(now, datagram, path.Remote);
            return true;
        }
        return DiscoPacket.TryRead(datagram, out _) && paths.Handle(now, datagram, path) != DiscoVerdict.NotDisco;
    }

    /// <inheritdoc cref="Take"/>
    public bool TakeRelayed(Timestamp now, int region, in PublicKey sender, ReadOnlySpan<byte> packet) =>
        DiscoPacket.TryRead(packet, out _) && paths.HandleRelayed(now, packet, region, sender) != DiscoVerdict.NotDisco;

    /// <summary>Whether the policy lets a peer open a TCP connection there, were it to come now.</summary>
    public bool MayConnect(IpAddress source, IpAddress destination, ushort port) => filter.Check(IpProtocol.Tcp, source, destination, port).IsAccepted;

    public bool LetsIn(ReadOnlySpan<byte> packet, PeerId peer) => filter.Inbound(packet, peers.IsJailed(peer)).IsAccepted;

    public bool LetsOut(ReadOnlySpan<byte> packet, PeerId peer) => filter.Outbound(packet, peers.IsJailed(peer)).IsAccepted;

    /// <summary>Copies a datagram for a relay; where there is no room it is lost, as relays lose them too.</summary>
    public void Relay(int region, PeerId peer, ReadOnlySpan<byte> datagram)
    {
        var copy = Relayed.Reserve(datagram.Length);
        if (copy.IsEmpty)
            return;
        datagram.CopyTo(copy);
        Relayed.Commit(RelayPath.Of(region), datagram.Length, peer);
    }

    /// <summary>Writes path discovery's packets, and the check's.</summary>
    /// <returns>False: an outbox is full.</returns>
    public bool Poll(Timestamp now, SealedOutbox outbox) => PollPaths(now, outbox) && PollCheck(now, outbox);

    public void Dispose()
    {
        paths.Dispose();
        Relayed.Dispose();
    }

    private bool PollPaths(Timestamp now, SealedOutbox outbox)
    {
        while (true)
        {
            var room = outbox.Reserve(PathDiscovery.PollBufferSize);
            if (room.IsEmpty || !HasRoom)
                return false;
            if (!paths.Poll(now, room, out var outgoing))
                return true;
            if (outgoing.Region == 0)
                outbox.Commit(outgoing.Path, outgoing.Length);
            else
                Relay(outgoing.Region, outgoing.Peer, room[..outgoing.Length]);
        }
    }

    private bool PollCheck(Timestamp now, SealedOutbox outbox)
    {
        while (check is not null)
        {
            var room = outbox.Reserve(NetCheck.PollBufferSize);
            if (room.IsEmpty)
                return false;
            var length = check.Poll(now, room, out var server);
            if (length == 0)
                break;
            outbox.Commit(new DatagramPath(server, default), length);
        }
        return true;
    }
}
