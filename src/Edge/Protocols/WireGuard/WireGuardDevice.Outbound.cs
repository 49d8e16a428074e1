using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.WireGuard;

internal sealed partial class WireGuardDevice
{
    /// <summary>What a packet becomes on the wire: header, packet, padding as far as the MTU allows, tag.</summary>
    /// <param name="packetLength">Bytes; 0 is a keep-alive.</param>
    public int DatagramSize(int packetLength) => WireGuardLimits.HeaderSize + PaddedSize(packetLength) + WireGuardLimits.TagSize;

    /// <summary>Looks up how packets for a peer are sealed, now and for as long as the caller seals one behind the other.</summary>
    /// <param name="now">The time of all of them.</param>
    /// <param name="id">The peer.</param>
    /// <param name="run">Seals, where the verdict is <see cref="SealVerdict.Ready"/>; at least one packet is to be sealed with it.</param>
    public SealVerdict BeginRun(Timestamp now, PeerId id, out SealRun run)
    {
        run = default;
        if (Find(id) is not { } peer)
            return SealVerdict.UnknownPeer;
        if (peer.Current is not { } session || !session.CanSend(now) || peer.Staged.Count > 0)
            return SealVerdict.Stage;
        NoteSent(now, peer);
        NoteDataSent(now, peer);
        RenewWhenSending(now, peer, session);
        run = new SealRun(this, peer, session);
        return SealVerdict.Ready;
    }

    /// <summary>
    /// Copies a packet to wait for the peer's handshake, and begins one where none is under way. The oldest packet gives way when too many wait.
    /// </summary>
    /// <param name="now">The attempt to reach the peer lasts 90 s from here.</param>
    /// <param name="id">The peer; unknown, the packet is lost.</param>
    /// <param name="packet">Of any length that IP allows, the interface's MTU may have been raised above <see cref="Mtu"/>.</param>
    public void Stage(Timestamp now, PeerId id, ReadOnlySpan<byte> packet)
    {
        if (Find(id) is not { } peer)
        {
            LostStaged++;
            return;
        }
        _longestStaged = Math.Max(_longestStaged, packet.Length);
        LostStaged += (ulong)peer.Staged.Add(_blocks, _stagedPerPeer, packet);
        _waiting.Add(peer);
        if (peer.Current is not { } session || !session.CanSend(now))
            Initiate(now, peer, isRetry: false);
    }

    /// <summary>Writes the next datagram that is to be sent and was not asked for by <see cref="BeginRun"/>: handshakes, cookies, keep-alives, staged packets.</summary>
    /// <param name="now">Timers that are due by then run first.</param>
    /// <param name="wall">The time of day, for the timestamp of initiations.</param>
    /// <param name="buffer">At least <see cref="PollBufferSize"/> bytes.</param>
    /// <param name="outgoing">What was written at the buffer's start.</param>
    /// <returns>False: nothing (more) to send until <see cref="NextDeadline"/> or the next datagram.</returns>
    public bool Poll(Timestamp now, DateTimeOffset wall, Span<byte> buffer, out Outgoing outgoing)
    {
        RunTimers(now);
        if (_answers.TryTake(buffer, out outgoing))
            return true;
        while (_waiting.First is { } peer)
        {
            var length = PollPeer(now, wall, peer, buffer, out var isInitiation);
            if (length > 0)
            {
                outgoing = new Outgoing(peer.Id, peer.Path, length, isInitiation);
                return true;
            }
            _waiting.Remove(peer);
        }
        outgoing = default;
        return false;
    }

    /// <summary>Seals one packet; see <see cref="SealRun.Seal"/>.</summary>
    internal int Seal(Peer peer, Session session, Span<byte> slot, int packetLength)
    {
        var counter = session.NextCounter;
        if (counter >= WireGuardLimits.RejectAfterMessages)
            return 0;
        var padded = PaddedSize(packetLength);
        var datagram = slot[..(WireGuardLimits.HeaderSize + padded + WireGuardLimits.TagSize)];
        session.NextCounter = counter + 1;
        BinaryPrimitives.WriteUInt64LittleEndian(datagram, session.HeaderStart);
        BinaryPrimitives.WriteUInt64LittleEndian(datagram[8..], counter);
        var body = datagram[WireGuardLimits.HeaderSize..];
        body[packetLength..padded].Clear();
        _aead.Seal(session.SendKey, counter, body);
        peer.SentBytes += (ulong)datagram.Length;
        return datagram.Length;
    }

    /// <summary>Padded to 16 bytes, but a packet within the MTU not beyond it (whitepaper section 5.4.6; wireguard-go does the same).</summary>
    private int PaddedSize(int packetLength) =>
        Math.Min((packetLength + WireGuardLimits.PaddingMultiple - 1) & -WireGuardLimits.PaddingMultiple, Math.Max(packetLength, Mtu));

    /// <summary>One datagram for a waiting peer; 0: nothing left.</summary>
    private int PollPeer(Timestamp now, DateTimeOffset wall, Peer peer, Span<byte> buffer, out bool isInitiation)
    {
        isInitiation = false;
        if (peer.WantsInitiation && !peer.IsHeld)
        {
            peer.WantsInitiation = false;
            var length = WriteInitiation(now, wall, peer, buffer);
            isInitiation = length > 0;
            if (isInitiation)
                return length;
        }
        if (peer is { WantsRepeat: true, Initiation: { } initiation })
        {
            peer.WantsRepeat = false;
            return WriteAgain(now, peer, initiation, buffer);
        }
        if (peer.Staged.Count == 0 && !peer.WantsKeepalive)
            return 0;
        if (peer.Current is not { } session || !session.CanSend(now))
        {
            // An initiator's first message, or what is staged, will take the keep-alive's place.
            peer.WantsKeepalive = false;
            return 0;
        }
        peer.WantsKeepalive = false;
        NoteSent(now, peer);
        var packet = 0;
        if (peer.Staged.Count > 0)
        {
            packet = peer.Staged.Take(_blocks, buffer[WireGuardLimits.HeaderSize..]);
            peer.Staged.Trim();
            NoteDataSent(now, peer);
        }
        RenewWhenSending(now, peer, session);
        return Seal(peer, session, buffer, packet);
    }

    /// <summary>Message 1 (whitepaper section 5.4.2). A newer initiation takes the place of an older one, whose response would come too late.</summary>
    /// <returns>148; 0: the peer's key is of low order.</returns>
    private int WriteInitiation(Timestamp now, DateTimeOffset wall, Peer peer, Span<byte> buffer)
    {
        EndInitiation(peer);
        DrawJitter(peer);
        peer.InitiatesFrom = now + WireGuardLimits.RekeyTimeout;
        peer.RetransmitAt = peer.InitiatesFrom + peer.Jitter;
        if (!EnsureStaticShared(peer))
            return 0;
        var initiation = _spareInitiations.TryPop(out var spare) ? spare : new Initiation();
        var handshake = initiation.Handshake;
        handshake.StartInitiator(Prologue, _identity, peer.PublicKey);
        handshake.SetStaticShared(peer.StaticShared);
        handshake.SetPresharedKey(peer.PresharedKey);

        Span<byte> stamp = stackalloc byte[Tai64n.Size];
        NextStamp(wall, peer).Write(stamp);
        Span<byte> ephemeral = stackalloc byte[Crypto.X25519.Size];
        _entropy.Fill(ephemeral);
        var message = buffer[..WireGuardInitiation.Size];
        BinaryPrimitives.WriteUInt32LittleEndian(message, 1);
        handshake.WriteMessage(ephemeral, stamp, message[WireGuardInitiation.EphemeralOffset..WireGuardInitiation.Mac1Offset]);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(ephemeral);

        peer.Initiation = initiation;
        peer.InitiatedAt = now;
        peer.InitiationIndex = _indices.Add(peer);
        BinaryPrimitives.WriteUInt32LittleEndian(message[WireGuardInitiation.SenderOffset..], peer.InitiationIndex);
        peer.Cookie.Seal(now, message, peer.Mac1Key);
        message.CopyTo(initiation.Message);
        NoteSent(now, peer);
        Schedule(peer);
        peer.SentBytes += WireGuardInitiation.Size;
        return message.Length;
    }

    /// <summary>The same message another way; with the cookie that came meanwhile.</summary>
    private static int WriteAgain(Timestamp now, Peer peer, Initiation initiation, Span<byte> buffer)
    {
        var message = buffer[..WireGuardInitiation.Size];
        initiation.Message.CopyTo(message);
        peer.Cookie.Seal(now, message, peer.Mac1Key);
        peer.SentBytes += WireGuardInitiation.Size;
        return message.Length;
    }

    /// <summary>Never smaller than any stamp this device has sent, and greater than the last one this peer was sent.</summary>
    private HandshakeStamp NextStamp(DateTimeOffset wall, Peer peer)
    {
        var stamp = HandshakeStamp.Of(wall);
        if (stamp < LatestStamp)
            stamp = LatestStamp;
        if (stamp <= peer.LastSentStamp)
            stamp = peer.LastSentStamp.Next();
        peer.LastSentStamp = stamp;
        if (stamp > LatestStamp)
            LatestStamp = stamp;
        return stamp;
    }

    private bool EnsureStaticShared(Peer peer) =>
        peer.HasStaticShared || (peer.HasStaticShared = _identity.Agree(peer.PublicKey, peer.StaticShared));

    private void DrawJitter(Peer peer)
    {
        var drawn = 0u;
        _entropy.Fill(MemoryMarshal.AsBytes(new Span<uint>(ref drawn)));
        peer.Jitter = WireGuardLimits.RekeyTimeoutJitter * (drawn / (double)uint.MaxValue);
    }
}
