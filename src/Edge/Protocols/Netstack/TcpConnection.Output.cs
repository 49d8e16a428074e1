using System.Buffers.Binary;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

// What is sent, and when: RFC 9293 sections 3.7 and 3.8. One packet a call, so that connections take turns.
internal sealed partial class TcpConnection
{
    /// <summary>Header bytes at most: IPv6, TCP and 40 of options.</summary>
    internal const int MostHeaderBytes = 40 + 20 + 40;

    // One run of equal packets, as segmentation offload takes them.
    private const int MostSegmentsInRun = 64;

    private int _mtu;
    private int _segmentSize;
    private uint _smallSegmentEnd;
    private Timestamp _lastSent;

    /// <summary>Puts one packet into the outbox, which has room.</summary>
    /// <returns>False: nothing is due.</returns>
    internal bool Emit(Timestamp now, NetstackOutbox outbox)
    {
        if (State is TcpState.Closed or TcpState.Undecided)
            return false;
        var sent = State is TcpState.SynSent or TcpState.SynReceived ? EmitHandshake(now, outbox) : EmitDue(now, outbox);
        if (!sent && _isAckDue)
        {
            EmitControl(now, outbox, _nextSend, TcpFlags.Ack, withSack: true);
            if (_repeatedAcks > 0)
            {
                _repeatedAcks--;
                _isAckDue = true;
            }
            sent = true;
        }
        // What could not be sent may have set a timer too.
        _stack.Schedule(this, Deadline);
        CheckInvariants();
        return sent;
    }

    private bool EmitHandshake(Timestamp now, NetstackOutbox outbox)
    {
        if (!_isSynDue)
            return false;
        _isSynDue = false;
        EmitSyn(now, outbox, State == TcpState.SynSent ? TcpFlags.Syn : TcpFlags.Syn | TcpFlags.Ack);
        _nextSend = _initialSend + 1;
        _synSentAt = now;
        ArmHandshake(now);
        return true;
    }

    private bool EmitDue(Timestamp now, NetstackOutbox outbox)
    {
        if (State is TcpState.TimeWait or TcpState.FinWait2)
        {
            if (!_isKeepaliveDue)
                return false;
        }
        if (_isKeepaliveDue)
        {
            // A number that the peer has already: it must answer (RFC 9293 section 3.8.4).
            _isKeepaliveDue = false;
            EmitControl(now, outbox, _unacknowledged - 1, TcpFlags.Ack, withSack: false);
            return true;
        }
        if (_isTailProbeDue)
            return EmitTailProbe(now, outbox);
        if (_isPersistProbeDue)
            return EmitPersistProbe(now, outbox);
        return EmitLost(now, outbox) || EmitText(now, outbox, isForced: false);
    }

    private bool EmitLost(Timestamp now, NetstackOutbox outbox)
    {
        if (_board.NextLost() is not { } segment)
            return false;
        var room = _congestion.Window - InFlight;
        if (room < Math.Min(_segmentSize, segment.Length) && InFlight > 0)
            return false;
        // A peer that shut its window gets the first segment only: it proves that the peer is there.
        if (segment != _board.First && (uint)(segment.End - _unacknowledged) > _sendWindow)
            return false;
        var most = Math.Max(1, Math.Min(room / _segmentSize, MostInRun)) * _segmentSize;
        if (segment.Length > most)
            _board.Split(segment, most);
        if (_phase != RecoveryPhase.Open && !_canUndo)
        {
            _canUndo = true;
            _firstResentStamp = Clock(now);
        }
        EmitAgain(now, outbox, segment);
        _board.Resent(segment, now.Nanoseconds);
        if (_phase == RecoveryPhase.Fast)
            _sentInRecovery += segment.Length;
        if (segment == _board.First || _retransmitAt == Timestamp.Never)
            ArmRetransmission(now);
        return true;
    }

    private void EmitAgain(Timestamp now, NetstackOutbox outbox, SentSegment segment)
    {
        var offset = (int)(segment.Start - _unacknowledged);
        var isFin = _isFinSent && segment.End == _nextSend;
        var length = segment.Length - (isFin ? 1 : 0);
        RetransmittedBytes += length;
        _lastSent = now;
        var flags = TcpFlags.Ack | (isFin ? TcpFlags.Fin : TcpFlags.None) | (offset + length == _send.Length ? TcpFlags.Psh : TcpFlags.None);
        if (length == 0)
            EmitControl(now, outbox, segment.Start, flags, withSack: false);
        else
            EmitData(now, outbox, segment.Start, flags, _send.Locate(offset), length);
    }

    private bool EmitText(Timestamp now, NetstackOutbox outbox, bool isForced)
    {
        var unsent = _send.Length - Sent;
        var isFinNext = _isSendingFinished && !_isFinSent;
        if (_isFinSent || unsent == 0 && !isFinNext || _board.Count >= Scoreboard.MostSegments / 2)
            return false;
        if (Outstanding == 0)
            RestartAfterIdle(now);
        var window = (int)(_unacknowledged + _sendWindow - _nextSend);
        var length = LengthToSend(unsent, window, isForced);
        if (length < 0)
        {
            if (Outstanding == 0)
                ArmPersist(now);
            return false;
        }
        var withFin = isFinNext && length == unsent && (window > length || isForced);
        if (length == 0 && !withFin)
        {
            if (Outstanding == 0)
                ArmPersist(now);
            return false;
        }
        var start = _nextSend;
        var flags = TcpFlags.Ack | (withFin ? TcpFlags.Fin : TcpFlags.None) | (length == unsent && length > 0 ? TcpFlags.Psh : TcpFlags.None);
        if (length == 0)
            EmitControl(now, outbox, start, flags, withSack: false);
        else
            EmitData(now, outbox, start, flags, _send.Take(length), length);
        NoteSent(now, start, length, withFin);
        return true;
    }

    private void NoteSent(Timestamp now, uint start, int length, bool withFin)
    {
        var total = length + (withFin ? 1 : 0);
        var isFirst = Outstanding == 0;
        _board.Sent(start, total, now.Nanoseconds);
        _nextSend += (uint)total;
        if (length % _segmentSize != 0)
            _smallSegmentEnd = _nextSend;
        _lastSent = now;
        NoteUse(InFlight > _congestion.Window - _segmentSize);
        _persistRetries = 0;
        if (_phase == RecoveryPhase.Fast)
            _sentInRecovery += total;
        if (isFirst || _retransmitAt == Timestamp.Never || _timer == TimerKind.Persist)
            ArmRetransmission(now);
        else if (_timer == TimerKind.TailProbe)
            ArmTailProbe(now);
        if (!withFin)
            return;
        _isFinSent = true;
        State = State == TcpState.CloseWait ? TcpState.LastAck : TcpState.FinWait1;
    }

    /// <returns>Bytes of text to send now; negative: none, for want of window.</returns>
    private int LengthToSend(int unsent, int window, bool isForced)
    {
        if (window <= 0)
            return unsent == 0 && isForced ? 0 : -1;
        if (unsent == 0)
            return 0;
        var room = isForced ? _segmentSize : _congestion.Window - InFlight;
        if (!isForced && room < Math.Min(unsent, window))
            NoteUse(isLimited: true);
        if (room < Math.Min(_segmentSize, unsent))
            return 0;
        var most = Math.Min(Math.Min(unsent, window), Math.Min(room, MostInRun * _segmentSize));
        if (most >= _segmentSize)
        {
            var whole = most - most % _segmentSize;
            // The rest of what was written goes with it, where it may go at all.
            return most == unsent && MaySendSmall(whole != unsent, isForced) ? most : whole;
        }
        if (most == unsent)
            return MaySendSmall(true, isForced) ? most : 0;
        // Section 3.8.6.2.1, the sender's side of silly windows: half of the largest window ever is worth a segment.
        return isForced || 2L * most >= _maxSendWindow ? most : -1;
    }

    // Nagle's algorithm as Minshall has it: one small segment in flight at a time.
    private bool MaySendSmall(bool isSmall, bool isForced) =>
        !isSmall || isForced || NoDelay || _isSendingFinished || Outstanding == 0 || !Sequence.Before(_unacknowledged, _smallSegmentEnd);

    private int MostInRun => Math.Max(1, Math.Min(MostSegmentsInRun, (ushort.MaxValue - MostHeaderBytes) / _segmentSize));

    // RFC 5681 section 4.1, in Linux's gentler form: half of the window for each timeout that passed.
    private void RestartAfterIdle(Timestamp now)
    {
        var timeout = _roundTrip.Timeout;
        var idle = now - _lastSent;
        if (idle > timeout)
            _congestion.Rested();
        var initial = Math.Min(_congestion.Window, _stack.Options.InitialWindow * _segmentSize);
        for (; idle > timeout && _congestion.Window > initial; idle -= timeout)
            _congestion.Window = Math.Max(_congestion.Window / 2, initial);
    }

    // RFC 8985 section 7.3: new text if there is any, else the last segment again.
    private bool EmitTailProbe(Timestamp now, NetstackOutbox outbox)
    {
        _isTailProbeDue = false;
        if (Outstanding == 0 || _board.Last is not { } last)
            return false;
        _isProbeCopy = false;
        if (!EmitText(now, outbox, isForced: true))
        {
            if (last.Length > _segmentSize)
                last = _board.Split(last, last.Length - _segmentSize);
            _isProbeCopy = true;
            EmitAgain(now, outbox, last);
            _board.Resent(last, now.Nanoseconds);
        }
        _probeEnd = _nextSend;
        ArmRetransmission(now);
        return true;
    }

    private bool EmitPersistProbe(Timestamp now, NetstackOutbox outbox)
    {
        _isPersistProbeDue = false;
        if (Outstanding > 0)
            return false;
        // A window that is open by less than a segment is used now (section 3.8.6.2.1, the override timeout); a shut one is asked.
        if (EmitText(now, outbox, isForced: true))
            return true;
        EmitControl(now, outbox, _unacknowledged - 1, TcpFlags.Ack, withSack: false);
        ArmPersist(now);
        return true;
    }

    private void EmitSyn(Timestamp now, NetstackOutbox outbox, TcpFlags flags)
    {
        Span<byte> options = stackalloc byte[20];
        var isAnswer = (flags & TcpFlags.Ack) != 0;
        var length = 4;
        options[0] = (byte)TcpOptionKind.MaximumSegmentSize;
        options[1] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(options[2..], (ushort)(_stack.Options.Mtu - (Key.Local.IsV4 ? 40 : 60)));
        if (!isAnswer || _hasSack)
        {
            options[length++] = (byte)TcpOptionKind.SackPermitted;
            options[length++] = 2;
        }
        if (!isAnswer || _hasTimestamps)
            length += WriteTimestamps(now, options[length..]);
        if (!isAnswer || _canScale)
        {
            options[length++] = (byte)TcpOptionKind.WindowScale;
            options[length++] = 3;
            options[length++] = (byte)_stack.WindowShift;
        }
        while (length % 4 != 0)
            options[length++] = (byte)TcpOptionKind.NoOperation;
        var window = Math.Min(_receiveTarget, ushort.MaxValue);
        WriteHeader(outbox, _initialSend, flags, (ushort)window, options[..length], null, 0, 0);
    }

    private static int WriteTimestamps(Span<byte> options, uint value, uint echo)
    {
        options[0] = (byte)TcpOptionKind.Timestamps;
        options[1] = 10;
        BinaryPrimitives.WriteUInt32BigEndian(options[2..], value);
        BinaryPrimitives.WriteUInt32BigEndian(options[6..], echo);
        return 10;
    }

    private int WriteTimestamps(Timestamp now, Span<byte> options) => WriteTimestamps(options, Clock(now), _recentTimestamp);

    private void EmitControl(Timestamp now, NetstackOutbox outbox, uint sequence, TcpFlags flags, bool withSack)
    {
        Span<byte> options = stackalloc byte[40];
        var length = WriteOptions(now, options);
        if (withSack && _hasSack && (_received.HasGaps || _hasDuplicate))
            length += WriteSack(options[length..]);
        WriteHeader(outbox, sequence, flags, TakeWindow(), options[..length], null, 0, 0);
        NoteAcknowledged();
    }

    private void EmitData(Timestamp now, NetstackOutbox outbox, uint sequence, TcpFlags flags, (Block Block, int Offset) place, int length)
    {
        Span<byte> options = stackalloc byte[12];
        var optionLength = WriteOptions(now, options);
        WriteHeader(outbox, sequence, flags, TakeWindow(), options[..optionLength], place.Block, place.Offset, length);
        // What SACK has to say does not fit beside a full segment; it goes in a packet of its own.
        if (!_received.HasGaps && !_hasDuplicate)
            NoteAcknowledged();
    }

    private int WriteOptions(Timestamp now, Span<byte> options)
    {
        if (!_hasTimestamps)
            return 0;
        options[0] = options[1] = (byte)TcpOptionKind.NoOperation;
        return 2 + WriteTimestamps(now, options[2..]);
    }

    private int WriteSack(Span<byte> options)
    {
        Span<ReceivedRange> ranges = stackalloc ReceivedRange[4];
        // 40 bytes of options hold four blocks, or three beside timestamps (RFC 2018 section 3).
        var most = (options.Length - 4) / 8;
        var length = 4;
        if (_hasDuplicate)
        {
            // RFC 2883 section 4: the report of a duplicate is the first block.
            BinaryPrimitives.WriteUInt32BigEndian(options[length..], _duplicateLeft);
            BinaryPrimitives.WriteUInt32BigEndian(options[(length + 4)..], _duplicateRight);
            length += 8;
            most--;
            _hasDuplicate = false;
        }
        var count = _received.Newest(ranges[..Math.Min(most, 4)]);
        foreach (var range in ranges[..count])
        {
            BinaryPrimitives.WriteUInt32BigEndian(options[length..], _nextReceive + (uint)(range.Start - _received.Next));
            BinaryPrimitives.WriteUInt32BigEndian(options[(length + 4)..], _nextReceive + (uint)(range.End - _received.Next));
            length += 8;
        }
        options[0] = options[1] = (byte)TcpOptionKind.NoOperation;
        options[2] = (byte)TcpOptionKind.Sack;
        options[3] = (byte)(length - 2);
        return length;
    }

    // The field that offers the window, which is offered from here on. What was offered before is never taken back: it is rounded up.
    private ushort TakeWindow()
    {
        if (_isShort)
        {
            // Nothing of this is kept: what was offered stands, and is taken as far as there is memory when it comes again.
            (_isShort, _isShut) = (false, true);
            return 0;
        }
        _isShut = false;
        var shift = _canScale ? _stack.WindowShift : 0;
        var end = WindowEnd();
        var width = Math.Max(0, (int)(end - _nextReceive));
        var field = Math.Min(end == _offered ? width + (1 << shift) - 1 >> shift : width >> shift, ushort.MaxValue);
        _offered = end;
        _advertised = Sequence.Later(Sequence.Later(_advertised, _nextReceive), _nextReceive + (uint)(field << shift));
        return (ushort)field;
    }

    private void NoteAcknowledged()
    {
        _isAckDue = false;
        _unackedBytes = 0;
        _delayedAckAt = Timestamp.Never;
        _lastAckSent = _nextReceive;
        _promptAcks = Math.Max(0, _promptAcks - 1);
    }

    private void WriteHeader(NetstackOutbox outbox, uint sequence, TcpFlags flags, ushort window, ReadOnlySpan<byte> options, Block? block, int offset, int length)
    {
        var isV4 = Key.Local.IsV4;
        var ipLength = isV4 ? Ipv4Header.Size : Ipv6Header.Size;
        var headerLength = ipLength + TcpHeader.Size + options.Length;
        var packet = outbox.Reserve(headerLength);
        if (isV4)
            // Never fragmented on the way: that is how the path's MTU is learnt (RFC 1191). An atomic datagram needs no identification (RFC 6864).
            Ipv4Header.WriteHeader(packet, 5, 0, 0, (ushort)headerLength, 0, dontFragment: true, false, 0, IpStack.TimeToLive, IpProtocol.Tcp, 0, Key.Local.V4Bits, Key.Remote.V4Bits);
        else
            Ipv6Header.WriteHeader(packet, 0, _flowLabel, (ushort)(headerLength - ipLength), IpProtocol.Tcp, IpStack.TimeToLive, Key.Local.Bits, Key.Remote.Bits);
        TcpHeader.WriteHeader(packet[ipLength..], Key.LocalPort, Key.RemotePort, sequence, (flags & TcpFlags.Ack) != 0 ? _nextReceive : 0,
            (byte)((TcpHeader.Size + options.Length) / 4), false, flags, window, 0, 0);
        options.CopyTo(packet[(ipLength + TcpHeader.Size)..]);
        if (block is null)
            OutboundPacket.Complete(packet, ipLength, 0, isLast: true);
        outbox.Add(headerLength, ipLength, block, offset, length, _segmentSize);
    }
}
