using Edge.Dataplane.Offload;
using Edge.Dataplane.Tailnet;
using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Protocols.Disco;
using Edge.Protocols.Netstack;
using Edge.Protocols.Routes;
using Edge.Protocols.WireGuard;

namespace Edge.Dataplane;

/// <summary>
/// Packets in, datagrams out, and back: WireGuard with the routes that say which peer owns an address. One shard's thread drives it.
/// <para>
/// After datagrams were handled, and when <see cref="NextDeadline"/> has come, <see cref="Poll"/> is called before further packets are handled:
/// packets that waited for a handshake leave before newer ones.
/// </para>
/// </summary>
/// <param name="device">Its peers are those of <paramref name="routes"/>. Owned.</param>
/// <param name="routes">Which peer owns an address.</param>
/// <param name="stack">The netstack that packets go to and come from; null: they are the system's.</param>
/// <param name="tailnet">Chooses the paths and filters the packets of a tailnet; null: plain WireGuard. Owned.</param>
internal sealed partial class Engine(WireGuardDevice device, Routes routes, EngineStack? stack = null, EngineTailnet? tailnet = null) : IDisposable
{
    public EngineCounters Counters;

    // The source that was looked up last: a run of datagrams nearly always has one.
    private IpAddress _knownSource;
    private PeerId _knownOwner;

    // The same of the netstack's packets.
    private IpAddress _knownDestination;
    private PeerId _knownTarget;
    private bool _isKnownOwn;

    /// <summary>Takes the packets that are the system's, beside the netstack where there is one; null: there is only the netstack. Set before the first packet.</summary>
    public PacketJoin? SystemPackets { get; set; }

    public WireGuardDevice Device => device;

    public Routes Routes => routes;

    public IpStack? Stack => stack?.Stack;

    /// <summary>Gives back the memory that only a busy time needed.</summary>
    public void Trim() => stack?.Stack.Blocks.Trim();

    public EngineTailnet? Tailnet => tailnet;

    public Timestamp NextDeadline => Timestamp.Min(device.NextDeadline, Timestamp.Min(stack?.NextDeadline ?? Timestamp.Never, tailnet?.NextDeadline ?? Timestamp.Never));

    /// <summary>Opens datagrams where they lie and hands on the packets that came out, which stay there until they were written.</summary>
    /// <param name="now">When they arrived.</param>
    /// <param name="path">Whom they came from and which of our addresses they came to.</param>
    /// <param name="datagrams">One behind the other.</param>
    /// <param name="size">Bytes of each; the last may have fewer.</param>
    /// <param name="join">Takes the packets that are the system's; null: the netstack has all.</param>
    public void HandleDatagrams(Timestamp now, in DatagramPath path, Span<byte> datagrams, int size, PacketJoin? join)
    {
        while (datagrams.Length > 0)
        {
            var datagram = datagrams[..Math.Min(size, datagrams.Length)];
            datagrams = datagrams[datagram.Length..];
            if (tailnet is not null && tailnet.Take(now, path, datagram))
                continue;
            // Its bytes are opened in place: what it was is counted by its length.
            var length = datagram.Length;
            var verdict = device.Open(now, datagram, path, out var peer, out var packet);
            if (verdict < OpenVerdict.TooShort)
                (path.Remote.Address.IsV4 ? ref Counters.InDirectV4 : ref Counters.InDirectV6).Add(length);
            if (verdict == OpenVerdict.Packet)
                HandOn(now, peer, packet, join);
        }
    }

    /// <summary>Seals a packet from the system, in as many pieces as it is to be cut into, for the peer that owns its destination.</summary>
    /// <param name="now">When it was read.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="cut">Over <paramref name="packet"/>.</param>
    /// <param name="outbox">Receives the datagrams.</param>
    /// <returns>False: the outbox is full. Send and clear it, and call again with the same arguments.</returns>
    public bool HandlePacket(Timestamp now, ReadOnlySpan<byte> packet, ref PacketCut cut, SealedOutbox outbox)
    {
        var destination = DestinationOf(packet);
        if (stack is not null && stack.IsOwnService(destination))
            return AskService(now, stack, ref cut, outbox);
        var peer = routes.Find(destination);
        if (tailnet is not null && !tailnet.LetsOut(packet, peer))
        {
            Counters.Filtered++;
            return true;
        }
        switch (device.BeginRun(now, peer, out var run))
        {
            case SealVerdict.Ready:
                return Seal(now, peer, run, ref cut, outbox) is not SealOutcome.Full;
            case SealVerdict.Stage:
                return Stage(now, peer, ref cut, outbox);
            default:
                Counters.Unroutable++;
                return true;
        }
    }

    /// <summary>Puts everything else that is to be sent into the outbox: handshakes, keep-alives, packets that waited, the netstack's.</summary>
    /// <param name="now">Timers that are due by then run.</param>
    /// <param name="wall">The time of day.</param>
    /// <param name="outbox">Receives the datagrams.</param>
    /// <returns>False: the outbox is full. Send and clear it, and call again.</returns>
    public bool Poll(Timestamp now, DateTimeOffset wall, SealedOutbox outbox)
    {
        if (tailnet is not null)
            UsePaths(tailnet);
        while (true)
        {
            var room = outbox.Reserve(device.PollBufferSize);
            if (room.IsEmpty || tailnet is { HasRoom: false })
                return false;
            if (!device.Poll(now, wall, room, out var outgoing))
                break;
            var way = outgoing.Peer.IsNone ? new PeerPath(outgoing.Path, 0) : WayTo(now, outgoing.Peer, outgoing.Path);
            Commit(now, way, outgoing, room[..outgoing.Length], outbox);
        }
        return (stack is null || PollStack(now, stack, outbox)) && (tailnet is null || tailnet.Poll(now, outbox));
    }

    public void Dispose()
    {
        device.Dispose();
        tailnet?.Dispose();
    }

    private SealOutcome Seal(Timestamp now, PeerId peer, in SealRun run, ref PacketCut cut, SealedOutbox outbox)
    {
        var way = WayTo(now, peer, run.Path);
        if (way.IsNone)
        {
            Counters.Pathless++;
            return SealOutcome.Lost;
        }
        var target = OutboxOf(way, outbox);
        while (!cut.IsDone)
        {
            var slot = target.Reserve(device.DatagramSize(cut.NextSize));
            if (slot.IsEmpty)
                return SealOutcome.Full;
            var length = run.Seal(slot, cut.Next(slot[WireGuardLimits.HeaderSize..]));
            // The session has sent all that it may: what is left of this packet is lost, the next one waits for a new session.
            if (length == 0)
                return SealOutcome.Lost;
            CommitSealed(way, peer, slot[..length], target);
            Counters.Sealed++;
            Counters.SealedBytes += length;
        }
        return SealOutcome.Done;
    }

    private bool Stage(Timestamp now, PeerId peer, ref PacketCut cut, SealedOutbox outbox)
    {
        while (!cut.IsDone)
        {
            // Only as scratch memory: staging copies.
            var room = outbox.Reserve(cut.NextSize);
            if (room.IsEmpty)
                return false;
            device.Stage(now, peer, room[..cut.Next(room)]);
        }
        return true;
    }

    /// <summary>Hands on a packet that is authentic, where its peer may send it from there and the filter lets it in.</summary>
    private void HandOn(Timestamp now, PeerId peer, Span<byte> packet, PacketJoin? join)
    {
        if (Owner(packet) != peer)
        {
            Counters.ForeignSource++;
            return;
        }
        if (stack is not null && stack.IsOwnService(DestinationOf(packet)))
        {
            Counters.Filtered++;
            return;
        }
        if (tailnet is not null && !tailnet.LetsIn(packet, peer))
        {
            Counters.Filtered++;
            return;
        }
        Counters.Opened++;
        Counters.OpenedBytes += packet.Length;
        var takers = join is null ? PacketTakers.Stack : stack is null ? PacketTakers.System : stack.Stack.TakersOf(packet);
        if ((takers & PacketTakers.Stack) != 0)
            stack?.Stack.Handle(now, packet);
        if ((takers & PacketTakers.System) != 0)
            join!.Add(packet);
    }

    private PeerId Owner(ReadOnlySpan<byte> packet)
    {
        var source = IpAddress.Read(packet[0] >> 4 == 4 ? packet.Slice(12, 4) : packet.Slice(8, 16));
        if (source != _knownSource || _knownOwner.IsNone)
        {
            _knownSource = source;
            // An exit node owns all addresses; ours are ours.
            _knownOwner = stack is not null && stack.Stack.HasAddress(source) ? PeerId.None : routes.Find(source);
        }
        return _knownOwner;
    }

    /// <summary>To be called when <see cref="Routes"/> were changed.</summary>
    public void ForgetLookups()
    {
        _knownOwner = _knownTarget = PeerId.None;
        _isKnownOwn = false;
    }

    private static IpAddress DestinationOf(ReadOnlySpan<byte> packet) =>
        IpAddress.Read(packet[0] >> 4 == 4 ? packet.Slice(16, 4) : packet.Slice(24, 16));

    private enum SealOutcome
    {
        Done,
        Full,
        Lost,
    }
}
