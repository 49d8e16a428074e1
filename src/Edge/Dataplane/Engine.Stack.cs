using Edge.Dataplane.Offload;
using Edge.Foundation.Time;
using Edge.Protocols.Netstack;
using Edge.Protocols.WireGuard;

namespace Edge.Dataplane;

// The way of the netstack's packets: a large segment stays whole up to here, and is cut where it is sealed.
internal sealed partial class Engine
{
    private bool PollStack(Timestamp now, EngineStack stack, SealedOutbox outbox)
    {
        do
        {
            var packets = stack.Outbox.Packets;
            for (; stack.Next < packets.Length; stack.Next++, stack.NextPiece = 0)
            {
                if (!SealOutbound(now, packets[stack.Next], stack, outbox))
                    return false;
            }
        }
        while (stack.Turn(now));
        return true;
    }

    /// <returns>False: the outbox is full.</returns>
    private bool SealOutbound(Timestamp now, in OutboundPacket packet, EngineStack stack, SealedOutbox outbox)
    {
        var destination = packet.Destination;
        if (destination != _knownDestination || (_knownTarget.IsNone && !_isKnownOwn))
        {
            _knownDestination = destination;
            _isKnownOwn = stack.Stack.HasAddress(destination);
            _knownTarget = routes.Find(destination);
        }
        if (_isKnownOwn)
            return TurnBack(packet, stack, outbox);
        switch (device.BeginRun(now, _knownTarget, out var run))
        {
            case SealVerdict.Ready:
                return SealPieces(now, run, packet, stack, outbox);
            case SealVerdict.Stage:
                return StagePieces(now, packet, stack, outbox);
            default:
                Counters.Unroutable++;
                return true;
        }
    }

    /// <summary>
    /// A packet of the netstack's to an address of its own comes back to it, but for what a service of ours answers the system, which asked it from the
    /// same address.
    /// </summary>
    private bool TurnBack(in OutboundPacket packet, EngineStack stack, SealedOutbox outbox)
    {
        if (SystemPackets is not { } system || !stack.IsOwnService(packet.Source))
        {
            stack.TurnBack(packet);
            return true;
        }
        for (var count = packet.Count; stack.NextPiece < count; stack.NextPiece++)
        {
            // Only as scratch memory: it is written at once.
            var room = outbox.Reserve(packet.Length(stack.NextPiece));
            if (room.IsEmpty)
                return false;
            var piece = room[..packet.Write(stack.NextPiece, room)];
            if (stack.Stack.TakersOf(piece) == PacketTakers.Stack)
            {
                stack.TurnBack(packet);
                return true;
            }
            system.Add(piece);
            system.Flush();
        }
        return true;
    }

    /// <summary>A packet of the system's to a service of this side's, such as the name server.</summary>
    /// <returns>False: the outbox, whose memory is borrowed for a moment, is full.</returns>
    private static bool AskService(Timestamp now, EngineStack stack, ref PacketCut cut, SealedOutbox outbox)
    {
        while (!cut.IsDone)
        {
            var room = outbox.Reserve(cut.NextSize);
            if (room.IsEmpty)
                return false;
            stack.Stack.Handle(now, room[..cut.Next(room)]);
        }
        return true;
    }

    private bool SealPieces(Timestamp now, in SealRun run, in OutboundPacket packet, EngineStack stack, SealedOutbox outbox)
    {
        var way = WayTo(now, _knownTarget, run.Path);
        if (way.IsNone)
        {
            Counters.Pathless++;
            return true;
        }
        var target = OutboxOf(way, outbox);
        for (var count = packet.Count; stack.NextPiece < count; stack.NextPiece++)
        {
            var slot = target.Reserve(device.DatagramSize(packet.Length(stack.NextPiece)));
            if (slot.IsEmpty)
                return false;
            var size = packet.Write(stack.NextPiece, slot[WireGuardLimits.HeaderSize..]);
            if (tailnet is not null && stack.NextPiece == 0 && !tailnet.LetsOut(slot.Slice(WireGuardLimits.HeaderSize, size), _knownTarget))
            {
                Counters.Filtered++;
                return true;
            }
            var length = run.Seal(slot, size);
            // The session has sent all that it may. TCP sends the rest again, over the next one.
            if (length == 0)
                return true;
            CommitSealed(way, _knownTarget, slot[..length], target);
            Counters.Sealed++;
            Counters.SealedBytes += length;
        }
        return true;
    }

    private bool StagePieces(Timestamp now, in OutboundPacket packet, EngineStack stack, SealedOutbox outbox)
    {
        for (var count = packet.Count; stack.NextPiece < count; stack.NextPiece++)
        {
            // Only as scratch memory: staging copies.
            var room = outbox.Reserve(packet.Length(stack.NextPiece));
            if (room.IsEmpty)
                return false;
            device.Stage(now, _knownTarget, room[..packet.Write(stack.NextPiece, room)]);
        }
        return true;
    }
}
