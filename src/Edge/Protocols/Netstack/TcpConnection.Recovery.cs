using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// What an acknowledgement says about losses: RACK-TLP (RFC 8985), NewReno without SACK (RFC 6582), proportional rate reduction (RFC 9937).
internal sealed partial class TcpConnection
{
    private const int DuplicateThreshold = 3;

    private RecoveryPhase _phase;
    private uint _recoveryPoint;
    private int _duplicates;
    private int _duplicateBytes;
    private long _delivered;
    private long _sentInRecovery;
    private int _recoveryFlight;
    private bool _isWindowLimited;
    private int _mostInUse;
    private uint _usageEnd;
    private uint _firstResentStamp;
    private bool _canUndo;
    private uint? _probeEnd;
    private bool _isProbeCopy;

    private enum RecoveryPhase : byte
    {
        Open,
        Fast,
        AfterTimeout,
    }

    /// <summary>RFC 6675's pipe: bytes that are on their way.</summary>
    private int InFlight => Math.Max(0, Outstanding - _board.SackedBytes - _board.LostBytes + _board.RetransmittedBytes - _duplicateBytes);

    private void Recover(Timestamp now, int acknowledged, bool isDuplicate, uint? echo, int inFlightBefore)
    {
        if (_phase != RecoveryPhase.Open && acknowledged > 0 && _canUndo && echo is { } stamp && Sequence.Before(stamp, _firstResentStamp))
        {
            // Eifel (RFC 3522): the original arrived, not the copy. Nothing was lost.
            if (_phase == RecoveryPhase.Fast)
                _rack.Reordered();
            _congestion.Undo();
            _board.ForgetLosses();
            EndRecovery(RecoveryPhase.Open);
        }
        if (!_hasSack)
            CountDuplicates(acknowledged, isDuplicate);
        var delivered = _hasSack ? _board.Delivered : acknowledged + (isDuplicate ? _segmentSize : 0);
        var wasFast = _phase == RecoveryPhase.Fast;
        if (_phase != RecoveryPhase.Open && !Sequence.Before(_unacknowledged, _recoveryPoint))
        {
            if (wasFast)
                _congestion.Window = Math.Max(_congestion.Threshold, _segmentSize);
            _congestion.Recovered();
            _rack.Recovered();
            EndRecovery(RecoveryPhase.Open);
            wasFast = false;
        }
        var isNewLoss = DetectLosses(now, acknowledged);
        if (_phase == RecoveryPhase.Open && isNewLoss)
        {
            EnterRecovery(now, inFlightBefore);
            wasFast = true;
        }
        if (wasFast)
            ReduceProportionally(delivered, acknowledged > 0 && !isNewLoss);
        else if (acknowledged > 0 && (_isWindowLimited || _congestion.IsSlowStart && _congestion.Window < 2 * _mostInUse))
            _congestion.Acknowledged(now, acknowledged, _roundTrip.Smoothed);
    }

    // How much of the window was used in the last round trip: one that is not used is not made larger (RFC 9438 section 5.8). In slow start
    // half of it is enough, for it doubles.
    private void NoteUse(bool isLimited)
    {
        if (!Sequence.Before(_unacknowledged, _usageEnd) || isLimited || !_isWindowLimited && Outstanding > _mostInUse)
            (_isWindowLimited, _mostInUse, _usageEnd) = (isLimited, Outstanding, _nextSend);
    }

    // Each duplicate stands for a segment that left the network (RFC 5681 section 3.2, RFC 6582).
    private void CountDuplicates(int acknowledged, bool isDuplicate)
    {
        if (isDuplicate)
        {
            _duplicates++;
            _duplicateBytes = Math.Min(_duplicateBytes + _segmentSize, Math.Max(0, Outstanding - _segmentSize));
        }
        else if (acknowledged > 0)
        {
            if (_phase == RecoveryPhase.Open)
                _duplicates = 0;
            _duplicateBytes = _phase == RecoveryPhase.Open ? 0 : Math.Clamp(_duplicateBytes - Math.Max(0, acknowledged - _segmentSize), 0, Math.Max(0, Outstanding - _segmentSize));
        }
    }

    private bool DetectLosses(Timestamp now, int acknowledged)
    {
        var before = _board.LostBytes - _board.RetransmittedBytes;
        if (_hasSack)
        {
            var wait = _rack.Detect(_board, now.Nanoseconds, Nanoseconds(_roundTrip.Smoothed), _phase != RecoveryPhase.Open, _segmentSize);
            _reorderAt = wait == 0 ? Timestamp.Never : new Timestamp(now.Nanoseconds + wait);
        }
        else if (_board.First is { } first && (_phase == RecoveryPhase.Open ? _duplicates >= DuplicateThreshold : _phase == RecoveryPhase.Fast && acknowledged > 0))
        {
            // RFC 6582 section 3.2 step 3: a partial acknowledgement says that the next one is lost too.
            if (first.Length > _segmentSize)
                _board.Split(first, _segmentSize);
            _board.MarkLost(first);
        }
        return _board.LostBytes - _board.RetransmittedBytes > before;
    }

    private void EnterRecovery(Timestamp now, int inFlight)
    {
        _phase = RecoveryPhase.Fast;
        _recoveryPoint = _nextSend;
        // RFC 9937 section 6, RecoverFS: what this acknowledgement reports was in flight when it came, what others reported was not.
        _recoveryFlight = Math.Max(Outstanding - _board.SackedBytes + (_hasSack ? _board.Delivered : 0), _segmentSize);
        _delivered = _sentInRecovery = 0;
        _canUndo = _isTailProbeDue = false;
        _probeEnd = null;
        _congestion.Congested(now, inFlight);
    }

    private void EndRecovery(RecoveryPhase phase)
    {
        _phase = phase;
        _duplicates = _duplicateBytes = 0;
        _canUndo = false;
    }

    // RFC 9937 section 6: while more is in flight than the new threshold, send in proportion to what is delivered; below it, catch up.
    private void ReduceProportionally(int delivered, bool isSafe)
    {
        _delivered += delivered;
        var inFlight = InFlight;
        var threshold = _congestion.Threshold;
        long room;
        if (inFlight > threshold)
            room = (_delivered * threshold + _recoveryFlight - 1) / _recoveryFlight - _sentInRecovery;
        else
            room = Math.Min(threshold - inFlight, Math.Max(_delivered - _sentInRecovery, delivered) + (isSafe ? _segmentSize : 0));
        // The first retransmission goes out whatever the sums say.
        if (_sentInRecovery == 0)
            room = Math.Max(room, _segmentSize);
        _congestion.Window = Math.Max(inFlight + (int)Math.Max(0, room), 1);
    }

    private void TimeOut(Timestamp now)
    {
        if (_stuckSince == Timestamp.Never)
            _stuckSince = now;
        if (now - _stuckSince >= _stack.Options.GiveUpAfter)
        {
            Close(_isUnreachable ? CloseReason.Unreachable : CloseReason.TimedOut);
            return;
        }
        // RFC 5681 section 3.1: the threshold falls once for a loss, not with every repetition; a recovery that ends here has lowered it.
        if (_phase == RecoveryPhase.Open || _phase == RecoveryPhase.AfterTimeout && _retries == 0)
            _congestion.Congested(now, InFlight);
        _congestion.TimedOut();
        _retries++;
        _phase = RecoveryPhase.AfterTimeout;
        _recoveryPoint = _nextSend;
        _duplicates = _duplicateBytes = 0;
        _probeEnd = null;
        _canUndo = false;
        if (_board.First is { IsSacked: true })
            _board.ForgetSacks();
        // RFC 8985 section 6.3: the first, and whatever was sent so long ago that RACK would give it up too.
        var oldest = now.Nanoseconds - (_hasSack ? _rack.RoundTrip + Math.Min(_rack.LeastRoundTrip, Nanoseconds(_roundTrip.Smoothed)) : 0);
        for (var segment = _board.First; segment is not null; segment = segment.Next)
            if (segment == _board.First || segment.SentAt <= oldest)
                _board.MarkLost(segment);
        _reorderAt = Timestamp.Never;
        // One segment is the window now, beside what was sent too lately to be given up.
        _congestion.Window = InFlight + _segmentSize;
        ArmRetransmission(now);
    }

    // RFC 8985 section 7.4: what the answer to a tail loss probe says.
    private void EndTailProbe(Timestamp now, uint acknowledgment, uint? duplicateEnd, int acknowledged, int newlySacked, int payload)
    {
        if (_probeEnd is not { } end || Sequence.Before(acknowledgment, end))
            return;
        if (!_isProbeCopy || duplicateEnd is { } duplicate && duplicate == end)
        {
            _probeEnd = null;
        }
        else if (Sequence.Before(end, acknowledgment))
        {
            // The probe repaired a loss that nobody saw: the network was congested all the same.
            _probeEnd = null;
            if (_phase == RecoveryPhase.Open)
            {
                _congestion.Congested(now, InFlight);
                _congestion.Window = Math.Min(_congestion.Window, _congestion.Threshold);
                _congestion.Recovered();
            }
        }
        else if (acknowledged == 0 && newlySacked == 0 && payload == 0)
        {
            _probeEnd = null;
        }
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * 100;
}
