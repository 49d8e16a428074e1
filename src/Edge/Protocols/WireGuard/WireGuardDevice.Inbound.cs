using System.Buffers.Binary;
using System.Security.Cryptography;
using Edge.Crypto.Noise;
using Edge.Foundation.Addresses;
using Edge.Foundation.Buffers;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.WireGuard;

internal sealed partial class WireGuardDevice
{
    /// <summary>A keep-alive: header and tag.</summary>
    private const int ShortestMessage = WireGuardLimits.HeaderSize + WireGuardLimits.TagSize;

    private static ReadOnlySpan<byte> Prologue => "WireGuard v1 zx2c4 Jason@zx2c4.com"u8;

    /// <summary>Takes a datagram from anywhere.</summary>
    /// <param name="now">The time.</param>
    /// <param name="datagram">Opened in place; its content is undefined afterwards but for <paramref name="packet"/>.</param>
    /// <param name="path">The way it came: an authentic message moves its peer there, a cookie reply goes back there.</param>
    /// <param name="id">Who sent it; <see cref="PeerId.None"/> where it was dropped.</param>
    /// <param name="packet">
    /// An IPv4 or IPv6 packet without padding, inside <paramref name="datagram"/>; empty unless the verdict is <see cref="OpenVerdict.Packet"/>.
    /// The caller still checks that its source address routes to <paramref name="id"/>.
    /// </param>
    public OpenVerdict Open(Timestamp now, Span<byte> datagram, in DatagramPath path, out PeerId id, out Span<byte> packet)
    {
        packet = default;
        Peer? peer = null;
        var verdict = datagram.Length < ShortestMessage ? OpenVerdict.TooShort : BinaryPrimitives.ReadUInt32LittleEndian(datagram) switch
        {
            4 => OpenTransport(now, datagram, path, out peer, out packet),
            1 => TakeInitiation(now, datagram, path, out peer),
            2 => TakeResponse(now, datagram, path, out peer),
            3 => TakeCookie(now, datagram, out peer),
            _ => OpenVerdict.UnknownType,
        };
        _verdicts[(int)verdict]++;
        id = peer?.Id ?? PeerId.None;
        return verdict;
    }

    private OpenVerdict OpenTransport(Timestamp now, Span<byte> datagram, in DatagramPath path, out Peer? peer, out Span<byte> packet)
    {
        packet = default;
        peer = null;
        var sender = _indices.Find(BinaryPrimitives.ReadUInt32LittleEndian(datagram[4..]), out var session);
        if (sender is null || session is null)
            return OpenVerdict.UnknownReceiver;
        if (now >= session.ExpiresAt)
            return OpenVerdict.Expired;
        var counter = BinaryPrimitives.ReadUInt64LittleEndian(datagram[8..]);
        if (counter >= WireGuardLimits.RejectAfterMessages)
            return OpenVerdict.CounterAtLimit;
        // Asked before the work of opening, marked only after it: a forged counter must not move the window.
        if (!session.Window.IsNew(counter))
            return OpenVerdict.Replayed;
        var body = datagram[WireGuardLimits.HeaderSize..];
        if (!_aead.Open(session.ReceiveKey, counter, body))
            return OpenVerdict.Forged;
        session.Window.Mark(counter);

        peer = sender;
        if (session == sender.Next)
            Confirm(now, sender, session);
        if (sender.Path != path)
            sender.Path = path;
        NoteReceived(now, sender, datagram.Length);
        RenewWhenReceiving(now, sender);
        var plaintext = body[..^WireGuardLimits.TagSize];
        if (plaintext.IsEmpty)
            return OpenVerdict.Keepalive;
        NoteDataReceived(now, sender);
        var length = PacketLength(plaintext);
        if (length == 0)
            return OpenVerdict.InnerMalformed;
        packet = plaintext[..length];
        return OpenVerdict.Packet;
    }

    /// <summary>The length that the packet's own header says; 0: no IP packet, or one that was cut off.</summary>
    private static int PacketLength(ReadOnlySpan<byte> plaintext)
    {
        var length = (plaintext[0] >> 4) switch
        {
            4 when plaintext.Length >= Ipv4Header.Size => BinaryPrimitives.ReadUInt16BigEndian(plaintext[2..]),
            6 when plaintext.Length >= Ipv6Header.Size => Ipv6Header.Size + BinaryPrimitives.ReadUInt16BigEndian(plaintext[4..]),
            _ => 0,
        };
        return length >= Ipv4Header.Size && length <= plaintext.Length ? length : 0;
    }

    private OpenVerdict TakeInitiation(Timestamp now, Span<byte> datagram, in DatagramPath path, out Peer? peer)
    {
        peer = null;
        if (!WireGuardInitiation.TryRead(datagram, out var message))
            return OpenVerdict.WrongLength;
        if (Admit(now, datagram, message.Sender, path) is not OpenVerdict.Handshake and var refusal)
            return refusal;
        // Without room for the response the work would be in vain, and the initiator's timestamp spent.
        if (_answers.IsFull)
            return OpenVerdict.AnswersFull;
        var noise = datagram[WireGuardInitiation.EphemeralOffset..WireGuardInitiation.Mac1Offset];
        _responder.StartResponder(Prologue, _identity);
        var verdict = Identify(now, noise, out var sender);
        if (verdict == OpenVerdict.UnknownPeer)
            (_strangers ??= new StrangerPackets()).Keep(now, new PublicKey(_responder.RemoteStatic), datagram, path);
        if (verdict == OpenVerdict.Handshake)
        {
            peer = sender!;
            peer.AcceptsFrom = now + WireGuardLimits.InitiationInterval;
            peer.Path = path;
            NoteReceived(now, peer, datagram.Length);
            Respond(now, peer, message.Sender);
        }
        _responder.Clear();
        return verdict;
    }

    /// <summary>
    /// A peer was made of who was a stranger until now: the network map may come a moment after its first initiation, and the next one would come
    /// five seconds later.
    /// </summary>
    private void TakeEarly(Timestamp now, in PublicKey key)
    {
        Span<byte> initiation = stackalloc byte[StrangerPackets.MaxLength];
        if (_strangers is not null && _strangers.TryTake(now, key, initiation, out var length, out var path))
            Open(now, initiation[..length], path, out _, out _);
    }

    /// <summary>Reads message 1 with the started responder: who sent it, and whether it is new. Only an authentic and new one changes the peer.</summary>
    private OpenVerdict Identify(Timestamp now, ReadOnlySpan<byte> noise, out Peer? sender)
    {
        sender = null;
        if (!_responder.ReadStatic(noise))
            return OpenVerdict.HandshakeForged;
        if (!_byKey.TryGetValue(new PublicKey(_responder.RemoteStatic), out var peer))
            return OpenVerdict.UnknownPeer;
        if (!EnsureStaticShared(peer))
            return OpenVerdict.HandshakeForged;
        _responder.SetStaticShared(peer.StaticShared);
        _responder.SetPresharedKey(peer.PresharedKey);
        Span<byte> stamp = stackalloc byte[Tai64n.Size];
        if (!_responder.ReadMessage(noise, stamp))
            return OpenVerdict.HandshakeForged;
        var sent = HandshakeStamp.Read(stamp);
        if (sent <= peer.GreatestStamp)
            return OpenVerdict.HandshakeReplayed;
        if (now < peer.AcceptsFrom)
            return OpenVerdict.HandshakeTooSoon;
        peer.GreatestStamp = sent;
        sender = peer;
        return OpenVerdict.Handshake;
    }

    /// <summary>Message 2 (whitepaper section 5.4.3). The session waits as the next one until the initiator sends with it.</summary>
    private void Respond(Timestamp now, Peer peer, uint remoteIndex)
    {
        DrawJitter(peer);
        Span<byte> ephemeral = stackalloc byte[Crypto.X25519.Size];
        _entropy.Fill(ephemeral);
        var message = _answers.Slot[..WireGuardResponse.Size];
        var isWritten = _responder.WriteMessage(ephemeral, default, message[WireGuardResponse.EphemeralOffset..WireGuardResponse.Mac1Offset]);
        CryptographicOperations.ZeroMemory(ephemeral);
        if (!isWritten)
            return;
        var index = _indices.Add(peer);
        BinaryPrimitives.WriteUInt32LittleEndian(message, 2);
        BinaryPrimitives.WriteUInt32LittleEndian(message[WireGuardResponse.SenderOffset..], index);
        BinaryPrimitives.WriteUInt32LittleEndian(message[WireGuardResponse.ReceiverOffset..], remoteIndex);
        peer.Cookie.Seal(now, message, peer.Mac1Key);

        peer.Next = End(peer.Next);
        peer.Previous = End(peer.Previous);
        peer.Next = Establish(now, peer, _responder, index, remoteIndex, isInitiator: false);
        // The initiator's first message is what comes next: to initiate ourselves meanwhile would only cross it.
        peer.InitiatesFrom = now + WireGuardLimits.RekeyTimeout;
        if (peer.WantsInitiation)
        {
            peer.WantsInitiation = peer.IsHeld = false;
            peer.RetransmitAt = peer.InitiatesFrom + peer.Jitter;
            Schedule(peer);
        }
        NoteSent(now, peer);
        peer.SentBytes += WireGuardResponse.Size;
        _answers.Add(peer.Id, peer.Path, message.Length);
    }

    private OpenVerdict TakeResponse(Timestamp now, Span<byte> datagram, in DatagramPath path, out Peer? peer)
    {
        peer = null;
        if (!WireGuardResponse.TryRead(datagram, out var message))
            return OpenVerdict.WrongLength;
        if (Admit(now, datagram, message.Sender, path) is not OpenVerdict.Handshake and var refusal)
            return refusal;
        var sender = _indices.Find(message.Receiver, out var session);
        if (sender?.Initiation is not { Handshake: { } handshake } || session is not null || sender.InitiationIndex != message.Receiver)
            return OpenVerdict.UnknownReceiver;
        if (!handshake.ReadMessage(datagram[WireGuardResponse.EphemeralOffset..WireGuardResponse.Mac1Offset], default))
            return OpenVerdict.HandshakeForged;

        peer = sender;
        peer.Path = path;
        NoteReceived(now, peer, datagram.Length);
        var made = Establish(now, peer, handshake, message.Receiver, message.Sender, isInitiator: true);
        Recycle(peer);
        Rotate(peer, made);
        Complete(now, peer);
        // The first message tells the responder that its session is alive; what is staged does as well.
        peer.WantsKeepalive = true;
        _waiting.Add(peer);
        return OpenVerdict.Handshake;
    }

    private OpenVerdict TakeCookie(Timestamp now, ReadOnlySpan<byte> datagram, out Peer? peer)
    {
        peer = null;
        if (!WireGuardCookieReply.TryRead(datagram, out var reply))
            return OpenVerdict.WrongLength;
        if (_indices.Find(reply.Receiver, out _) is not { } sender)
            return OpenVerdict.UnknownReceiver;
        if (!sender.Cookie.Take(now, reply, sender.CookieKey))
            return OpenVerdict.HandshakeForged;
        peer = sender;
        return OpenVerdict.Handshake;
    }

    /// <summary>mac1, and under load mac2 and the source's share (whitepaper sections 5.3 and 5.4.7): before any work on public keys.</summary>
    /// <returns><see cref="OpenVerdict.Handshake"/>: go on.</returns>
    private OpenVerdict Admit(Timestamp now, ReadOnlySpan<byte> datagram, uint sender, in DatagramPath path)
    {
        if (!MessageMacs.IsMac1Right(datagram, _mac1Key))
            return OpenVerdict.WrongMac1;
        if (!_load.Add(now))
            return OpenVerdict.Handshake;
        if (_cookies.IsProven(now, datagram, path.Remote))
        {
            _sources ??= new SourceLimiter(_entropy);
            return _sources.Allows(now, path.Remote.Address) ? OpenVerdict.Handshake : OpenVerdict.SourceLimited;
        }
        if (_answers.IsFull)
            return OpenVerdict.AnswersFull;
        _cookies.Reply(now, datagram, sender, path.Remote, _cookieKey, _answers.Slot);
        _answers.Add(PeerId.None, path, WireGuardCookieReply.Size);
        return OpenVerdict.CookieDemanded;
    }

    /// <summary>Keys out of a complete handshake.</summary>
    private Session Establish(Timestamp now, Peer peer, NoiseHandshake handshake, uint localIndex, uint remoteIndex, bool isInitiator)
    {
        var session = NewSession();
        handshake.Split(session.SendKeyForWriting, session.ReceiveKeyForWriting);
        session.Begin(now, localIndex, remoteIndex, isInitiator, isCrossing: !isInitiator && peer.Initiation is not null);
        _indices.Promote(localIndex, session);
        _deadlines.Schedule(peer, session.ExpiresAt);
        return session;
    }

    /// <summary>An initiator's new session is the current one at once. One that the peer began stays the previous, so that what is under way arrives.</summary>
    private void Rotate(Peer peer, Session made)
    {
        if (peer.Next is { IsCrossing: false })
        {
            peer.Current = End(peer.Current);
            peer.Previous = End(peer.Previous);
            peer.Previous = peer.Next;
            peer.Next = null;
        }
        else
        {
            peer.Previous = End(peer.Previous);
            peer.Previous = peer.Current;
        }
        peer.Current = made;
    }

    /// <summary>
    /// The initiator has sent with the session that we answered: it becomes the current one. Where both sides initiated at once, both sessions
    /// are genuine; so that both sides settle on one, that of the greater public key is kept and the other only still received with.
    /// </summary>
    private void Confirm(Timestamp now, Peer peer, Session next)
    {
        peer.Next = null;
        var isOursKept = next.IsCrossing && peer.Current is { IsInitiator: true } current && current.Created >= next.Created
            && PublicKey.SequenceCompareTo(peer.PublicKey) > 0;
        peer.Previous = End(peer.Previous);
        if (isOursKept)
        {
            peer.Previous = next;
            return;
        }
        peer.Previous = peer.Current;
        peer.Current = next;
        Complete(now, peer);
        if (peer.Staged.Count > 0)
            _waiting.Add(peer);
    }

    private static void Complete(Timestamp now, Peer peer)
    {
        peer.LastHandshake = now;
        // Still out, it is looked after when its answer is overdue.
        if (peer.Initiation is null)
            peer.RetransmitAt = Timestamp.Never;
        peer.WantsInitiation = peer.IsHeld = false;
        peer.IsRenewedInTime = false;
    }
}
