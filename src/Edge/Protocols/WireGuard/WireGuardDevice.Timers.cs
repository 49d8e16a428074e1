using Edge.Foundation.Time;

namespace Edge.Protocols.WireGuard;

// Whitepaper section 6, in the shape that the kernel's and wireguard-go's timers have. Two deliberate differences: a session is destroyed,
// its keys zeroed, when it is 180 s old, because from then on nothing may be sent or received with it (others wait three times as long); and an
// own initiation survives answering the peer's, see Promote.
internal sealed partial class WireGuardDevice
{
    /// <summary>When <see cref="Poll"/> is to be called at the latest; in the past where something waits already.</summary>
    public Timestamp NextDeadline => _answers.Count > 0 || _waiting.First is not null ? new Timestamp(long.MinValue) : _deadlines.Next;

    private void RunTimers(Timestamp now)
    {
        while (_deadlines.TakeDue(now) is { } peer)
        {
            EndExpired(now, peer);
            if (peer.RetransmitAt <= now)
            {
                peer.RetransmitAt = Timestamp.Never;
                Retransmit(now, peer);
            }
            if (peer.KeepaliveAt <= now)
            {
                peer.KeepaliveAt = Timestamp.Never;
                WantKeepalive(now, peer);
            }
            if (peer.SilentAt <= now)
            {
                peer.SilentAt = Timestamp.Never;
                Initiate(now, peer, isRetry: false);
            }
            if (peer.PersistentAt <= now)
            {
                peer.PersistentAt = peer.PersistentKeepalive > TimeSpan.Zero ? now + peer.PersistentKeepalive : Timestamp.Never;
                WantKeepalive(now, peer);
            }
            Schedule(peer);
        }
    }

    private void EndExpired(Timestamp now, Peer peer)
    {
        if (peer.Current?.ExpiresAt <= now)
            peer.Current = End(peer.Current);
        if (peer.Previous?.ExpiresAt <= now)
            peer.Previous = End(peer.Previous);
        if (peer.Next?.ExpiresAt <= now)
            peer.Next = End(peer.Next);
    }

    private void Retransmit(Timestamp now, Peer peer)
    {
        if (peer.HasHandshake && peer.LastHandshake >= peer.InitiatedAt)
        {
            // The peer's own initiation got through meanwhile, and ours remains unanswered.
            EndInitiation(peer);
            return;
        }
        if (now - peer.AttemptBegan < WireGuardLimits.RekeyAttemptTime)
        {
            Release(peer);
            Initiate(now, peer, isRetry: true);
            return;
        }
        Release(peer);
        peer.WantsInitiation = false;
        // Given up: what waits is lost, and only new data or a persistent keep-alive tries again.
        peer.KeepaliveAt = Timestamp.Never;
        LostStaged += (ulong)peer.Staged.Clear(_blocks);
        EndInitiation(peer);
    }

    /// <summary>An initiation that was held goes, if the peer wants it still.</summary>
    private void Release(Peer peer)
    {
        if (!peer.IsHeld)
            return;
        peer.IsHeld = false;
        _waiting.Add(peer);
    }

    /// <summary>Asks for an initiation; the next <see cref="Poll"/> writes it. Not more often than every 5 s.</summary>
    private void Initiate(Timestamp now, Peer peer, bool isRetry)
    {
        if (!isRetry)
            peer.AttemptBegan = now;
        if (peer.WantsInitiation)
            return;
        if (now < peer.InitiatesFrom)
        {
            // An answer of ours was just sent, and its session will not come to life if that was lost.
            if (peer.RetransmitAt == Timestamp.Never)
            {
                peer.RetransmitAt = peer.InitiatesFrom + peer.Jitter;
                Schedule(peer);
            }
            return;
        }
        peer.WantsInitiation = true;
        _waiting.Add(peer);
    }

    private void WantKeepalive(Timestamp now, Peer peer)
    {
        if (peer.Current is { } session && session.CanSend(now))
        {
            peer.WantsKeepalive = true;
            _waiting.Add(peer);
        }
        else
        {
            Initiate(now, peer, isRetry: false);
        }
    }

    /// <summary>Before any authentic message is sent.</summary>
    private void NoteSent(Timestamp now, Peer peer)
    {
        peer.KeepaliveAt = Timestamp.Never;
        Traverse(now, peer);
    }

    /// <summary>Before a packet is sent: an answer of any kind is expected within 15 s.</summary>
    private void NoteDataSent(Timestamp now, Peer peer)
    {
        if (peer.SilentAt != Timestamp.Never)
            return;
        peer.SilentAt = now + (WireGuardLimits.KeepaliveTimeout + WireGuardLimits.RekeyTimeout) + peer.Jitter;
        _deadlines.Schedule(peer, peer.SilentAt);
    }

    /// <summary>After any authentic message came.</summary>
    private void NoteReceived(Timestamp now, Peer peer, int length)
    {
        peer.SilentAt = Timestamp.Never;
        peer.ReceivedBytes += (ulong)length;
        Traverse(now, peer);
    }

    /// <summary>After a packet came: it is answered within 10 s, by an empty message if need be.</summary>
    private void NoteDataReceived(Timestamp now, Peer peer)
    {
        if (peer.KeepaliveAt != Timestamp.Never)
            return;
        peer.KeepaliveAt = now + WireGuardLimits.KeepaliveTimeout;
        _deadlines.Schedule(peer, peer.KeepaliveAt);
    }

    private void Traverse(Timestamp now, Peer peer)
    {
        if (peer.PersistentKeepalive == TimeSpan.Zero)
            return;
        peer.PersistentAt = now + peer.PersistentKeepalive;
        _deadlines.Schedule(peer, peer.PersistentAt);
    }

    private void RenewWhenSending(Timestamp now, Peer peer, Session session)
    {
        if (session.IsOldForSending(now))
            Renew(now, peer);
    }

    private void RenewWhenReceiving(Timestamp now, Peer peer)
    {
        if (peer.IsRenewedInTime || peer.Current is not { } session || !session.IsOldForReceiving(now))
            return;
        peer.IsRenewedInTime = true;
        Renew(now, peer);
    }

    /// <summary>Begins a new attempt only where none is under way: its 90 s must not start again with every packet of a session that still works.</summary>
    private void Renew(Timestamp now, Peer peer)
    {
        if (peer.Initiation is null)
            Initiate(now, peer, isRetry: false);
    }

    private void Schedule(Peer peer) => _deadlines.Schedule(peer, peer.Deadline);
}
