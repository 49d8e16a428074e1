using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// What happens when nothing arrives: retransmission (RFC 6298), tail loss probes (RFC 8985 section 7), probes of a shut window and of a silent peer.
internal sealed partial class TcpConnection
{
    private const int MostKeepaliveProbes = 9;

    private static readonly TimeSpan s_keepaliveInterval = TimeSpan.FromSeconds(75);

    // RFC 8985 section 7.2: what the peer may delay an acknowledgement by, and the least that a timer is worth setting for.
    private static readonly TimeSpan s_peerDelay = TimeSpan.FromMilliseconds(200), s_leastProbe = TimeSpan.FromMilliseconds(2);

    private TimerKind _timer;
    private Timestamp _retransmitAt = Timestamp.Never;

    // When the timeout is, where a tail loss probe comes before it.
    private Timestamp _timeoutAt;
    private Timestamp _reorderAt = Timestamp.Never;
    private Timestamp _delayedAckAt = Timestamp.Never;
    private Timestamp _keepaliveAt = Timestamp.Never;
    private Timestamp _lifeEnds = Timestamp.Never;
    private Timestamp _stuckSince = Timestamp.Never;
    private Timestamp _lastHeard;
    private int _retries;
    private int _persistRetries;
    private int _keepaliveProbes;
    private bool _isTailProbeDue;
    private bool _isPersistProbeDue;
    private bool _isKeepaliveDue;

    private enum TimerKind : byte
    {
        Handshake,
        Retransmission,
        TailProbe,
        Persist,
    }

    /// <summary>When <see cref="TimerExpired"/> has something to do.</summary>
    internal Timestamp Deadline => Timestamp.Min(Timestamp.Min(_retransmitAt, _reorderAt), Timestamp.Min(_delayedAckAt, Timestamp.Min(_keepaliveAt, _lifeEnds)));

    internal void TimerExpired(Timestamp now)
    {
        if (_lifeEnds <= now)
        {
            // A handshake that nobody finished or decided, the end of TIME-WAIT, or a FIN that an abandoned connection waits for in vain.
            Close(State is TcpState.TimeWait or TcpState.FinWait2 ? CloseReason.Finished : CloseReason.TimedOut);
            return;
        }
        if (_delayedAckAt <= now)
        {
            _delayedAckAt = Timestamp.Never;
            _isAckDue = true;
        }
        if (_reorderAt <= now)
            ReorderingWaited(now);
        if (_retransmitAt <= now)
        {
            _retransmitAt = Timestamp.Never;
            RetransmitTimerExpired(now);
        }
        if (State != TcpState.Closed && _keepaliveAt <= now)
            KeepaliveExpired(now);
        if (State != TcpState.Closed)
            Touch();
    }

    private void RetransmitTimerExpired(Timestamp now)
    {
        switch (_timer)
        {
            case TimerKind.Handshake:
                if (now - _synSince >= _stack.Options.GiveUpAfter)
                {
                    Close(_isUnreachable ? CloseReason.Unreachable : CloseReason.TimedOut);
                    return;
                }
                _synRetries++;
                _isSynDue = true;
                break;
            case TimerKind.Retransmission:
                TimeOut(now);
                break;
            case TimerKind.TailProbe:
                _isTailProbeDue = true;
                break;
            case TimerKind.Persist:
                if (_stuckSince == Timestamp.Never)
                    _stuckSince = now;
                if (now - _stuckSince >= _stack.Options.GiveUpAfter)
                {
                    Close(CloseReason.TimedOut);
                    return;
                }
                _persistRetries++;
                _isPersistProbeDue = true;
                break;
        }
    }

    // RFC 8985 section 6.2 step 5: the time that reordering may take is over, and nothing came.
    private void ReorderingWaited(Timestamp now)
    {
        var inFlight = InFlight;
        _reorderAt = Timestamp.Never;
        if (!DetectLosses(now, 0))
            return;
        if (_phase == RecoveryPhase.Open)
        {
            EnterRecovery(now, inFlight);
            ReduceProportionally(0, isSafe: false);
        }
    }

    private void KeepaliveExpired(Timestamp now)
    {
        ArmKeepalive(now);
        if (_keepaliveAt > now && _keepaliveProbes == 0)
            return;
        // Retransmissions find a dead peer sooner than this does.
        if (Outstanding > 0)
        {
            _keepaliveAt = now + KeepaliveIdle;
            return;
        }
        if (_keepaliveProbes >= MostKeepaliveProbes)
        {
            Abort();
            CloseReason = CloseReason.TimedOut;
            Raise(TcpEvents.Closed);
            return;
        }
        _keepaliveProbes++;
        _isKeepaliveDue = true;
        _keepaliveAt = now + (KeepaliveIdle < s_keepaliveInterval ? KeepaliveIdle : s_keepaliveInterval);
    }

    private void ArmKeepalive(Timestamp now)
    {
        var isUp = State is TcpState.Established or TcpState.CloseWait or TcpState.FinWait1 or TcpState.FinWait2;
        if (!isUp || KeepaliveIdle <= TimeSpan.Zero)
            _keepaliveAt = Timestamp.Never;
        else if (_keepaliveProbes == 0)
            _keepaliveAt = _lastHeard + KeepaliveIdle;
        else
            _keepaliveAt = now;
    }

    // RFC 6298 rules 5.2 and 5.3.
    private void RestartTimer(Timestamp now, bool hasProgress)
    {
        if (Outstanding == 0 && _timer != TimerKind.Persist)
            _retransmitAt = Timestamp.Never;
        else if (Outstanding > 0 && hasProgress)
            ArmRetransmission(now);
        else if (_timer == TimerKind.TailProbe && _retransmitAt != Timestamp.Never && _board.SackedBytes > 0)
            ArmTailProbe(now);
    }

    private void ArmRetransmission(Timestamp now)
    {
        _timeoutAt = now + _roundTrip.Backoff(_retries);
        ArmTailProbe(now);
    }

    // RFC 8985 section 7.2: before the timeout or in its place, whose answer to a loss is harsher. It moves as more is sent, the timeout does not.
    private void ArmTailProbe(Timestamp now)
    {
        _timer = TimerKind.Retransmission;
        _retransmitAt = _timeoutAt;
        if (!_hasSack || _phase != RecoveryPhase.Open || _board.SackedBytes > 0 || _probeEnd is not null || !_roundTrip.IsKnown || _retries > 0)
            return;
        var wait = 2 * _roundTrip.Smoothed + (Outstanding <= _segmentSize ? s_peerDelay : TimeSpan.Zero);
        _timer = TimerKind.TailProbe;
        _retransmitAt = Timestamp.Min(now + (wait < s_leastProbe ? s_leastProbe : wait), _timeoutAt);
    }

    private void ArmHandshake(Timestamp now)
    {
        _timer = TimerKind.Handshake;
        _retransmitAt = now + _roundTrip.Backoff(_synRetries);
    }

    // RFC 9293 section 3.8.6.1: a window update may be lost, and nobody repeats it.
    private void ArmPersist(Timestamp now)
    {
        if (_timer == TimerKind.Persist && _retransmitAt != Timestamp.Never)
            return;
        _timer = TimerKind.Persist;
        _retransmitAt = now + _roundTrip.Backoff(_persistRetries);
    }
}
