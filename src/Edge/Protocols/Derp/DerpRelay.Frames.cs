using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>What clients send.</summary>
internal sealed partial class DerpRelay
{
    /// <summary>A frame is announced: whether it may come, and what it costs.</summary>
    private void Judge(Timestamp now, RelayClient client)
    {
        var length = client.Reader.Length;
        if (client.State == RelayClientState.Greeted)
        {
            if (client.Reader.Type != DerpFrameType.ClientInfo || length is < DerpClientInfo.Size or > DerpLimits.ClientInfo)
                Close(client, RelayCloseReason.BadHello);
            return;
        }
        Pace(now, client, (int)Math.Min(length, (uint)LongestFrame));
        client.Set!.Note(client);
        switch (client.Reader.Type)
        {
            case DerpFrameType.SendPacket:
                Require(client, length is >= DerpLimits.KeySize and <= DerpLimits.KeySize + DerpLimits.Packet);
                break;
            case DerpFrameType.ForwardPacket:
                if (Permit(client))
                    Require(client, length is >= 2 * DerpLimits.KeySize and <= 2 * DerpLimits.KeySize + DerpLimits.Packet);
                break;
            case DerpFrameType.NotePreferred:
                Require(client, length == DerpNotePreferred.Size);
                break;
            case DerpFrameType.WatchConnections:
                if (Require(client, length == 0))
                    Permit(client);
                break;
            case DerpFrameType.ClosePeer:
                if (Require(client, length == DerpClosePeer.Size))
                    Permit(client);
                break;
            case DerpFrameType.Ping:
                Require(client, length is >= DerpLimits.SmallestPing and <= DerpLimits.LargestPing);
                break;
            case DerpFrameType.Pong:
                // The relay asks for none.
                client.Reader.Skip();
                break;
            default:
                Counters.UnknownFrames++;
                client.Reader.Skip();
                break;
        }
    }

    /// <summary>Who sends more than it may is read more slowly: TCP tells it.</summary>
    private void Pace(Timestamp now, RelayClient client, int bytes)
    {
        if (client.IsMesh)
            return;
        var own = client.Allowance.Spend(now, bytes);
        var total = _total.Spend(now, bytes);
        client.ResumeAt = own > total ? own : total;
        if (client.ResumeAt > now)
            Counters.RateLimited++;
    }

    private bool Require(RelayClient client, bool isSize)
    {
        if (!isSize)
            Close(client, RelayCloseReason.WrongSize);
        return isSize;
    }

    private bool Permit(RelayClient client)
    {
        if (!client.IsMesh)
            Close(client, RelayCloseReason.NotPermitted);
        return client.IsMesh;
    }

    private void Receive(Timestamp now, RelayClient client, ReadOnlySpan<byte> body)
    {
        switch (client.Reader.Type)
        {
            case DerpFrameType.SendPacket when DerpSendPacket.TryRead(body, out var sent):
                Send(now, client, new PublicKey(sent.Destination), sent.Packet);
                break;
            case DerpFrameType.ForwardPacket when DerpForwardPacket.TryRead(body, out var forwarded):
                Forward(now, client, new PublicKey(forwarded.Source), new PublicKey(forwarded.Destination), forwarded.Packet);
                break;
            case DerpFrameType.NotePreferred when DerpNotePreferred.TryRead(body, out var note):
                NotePreferred(now, client, note.Preferred);
                break;
            case DerpFrameType.WatchConnections:
                Watch(client);
                break;
            case DerpFrameType.ClosePeer when DerpClosePeer.TryRead(body, out var close):
                CloseAll(new PublicKey(close.Peer));
                break;
            case DerpFrameType.Ping when DerpPing.TryRead(body, out var ping):
                Answer(client, ping);
                break;
        }
    }

    private void Answer(RelayClient client, DerpPing ping)
    {
        Counters.GotPing++;
        // One at a time, as with the stock relay.
        if (client.HasPong || Control(client, DerpFrameType.Pong, DerpPing.Size) is not { IsEmpty: false } pong)
            return;
        DerpPing.Write(pong, ping.Data);
        client.HasPong = true;
        Counters.SentPong++;
    }

    private void Send(Timestamp now, RelayClient client, in PublicKey destination, ReadOnlySpan<byte> packet)
    {
        var isDisco = DiscoPackets.Is(packet);
        Counters.PacketsReceived++;
        Counters.BytesReceived += packet.Length;
        if (isDisco)
            Counters.DiscoReceived++;
        if (_clients.TryGetValue(destination, out var set))
        {
            Queue(set.Active!, client.Key, packet, isDisco);
            return;
        }
        if (_routes.TryGetValue(destination, out var route))
        {
            Counters.ForwardedOut++;
            QueueForward(route[0], client.Key, destination, packet, isDisco);
            return;
        }
        Counters.Drop(RelayDropReason.UnknownDestination, isDisco, 1, packet.Length);
        TellNotHere(now, client, destination, isDisco);
    }

    private void Forward(Timestamp now, RelayClient client, in PublicKey source, in PublicKey destination, ReadOnlySpan<byte> packet)
    {
        Counters.ForwardedIn++;
        var isDisco = DiscoPackets.Is(packet);
        if (_clients.TryGetValue(destination, out var set))
        {
            Queue(set.Active!, source, packet, isDisco);
            return;
        }
        // Never to another relay again: two that each think the other has it would play ball.
        Counters.Drop(RelayDropReason.UnknownDestinationOnForward, isDisco, 1, packet.Length);
        TellNotHere(now, client, destination, isDisco);
    }

    private void Queue(RelayClient client, in PublicKey source, ReadOnlySpan<byte> packet, bool isDisco)
    {
        if (client.Outgoing.Overflow(isDisco) is { IsEmpty: false } oldest)
        {
            Counters.Drop(RelayDropReason.QueueHead, isDisco, 1, oldest.Length - DerpFrameHeader.Size - DerpLimits.KeySize);
            client.Outgoing.DropOldest(isDisco);
        }
        var frame = client.Outgoing.Packet(isDisco, DerpFrameType.RecvPacket, DerpLimits.KeySize + packet.Length);
        source.Write(frame);
        packet.CopyTo(frame[DerpLimits.KeySize..]);
        NoteSender(client, source);
        Announce(client);
    }

    /// <summary>Only discovery asks whether somebody is there: other packets are repeated by those who sent them.</summary>
    private void TellNotHere(Timestamp now, RelayClient client, in PublicKey peer, bool isDisco)
    {
        if (isDisco && client.NotHereAllowance.TryTake(now, 1))
            WriteGone(client, peer, DerpPeerGoneReason.NotHere);
    }
}
