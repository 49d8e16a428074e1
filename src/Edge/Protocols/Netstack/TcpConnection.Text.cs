using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

// RFC 9293 section 3.10.7.4, seventh: process the segment text; with the window that is offered and the acknowledgements that are owed.
internal sealed partial class TcpConnection
{
    // Linux acknowledges the first segments one by one, for the sender's slow start; so do we.
    private const int PromptAcks = 16;

    // Without a segment for so long, a window that grew is small again.
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private int _receiveTarget;
    private bool _isAckDue;
    private int _repeatedAcks;
    private int _unackedBytes;
    private int _promptAcks = PromptAcks;
    private Timestamp _lastText;
    private Timestamp _measuredSince;
    private long _readSince;
    private long _receiveRoundTrip;
    private bool _isShort;
    private bool _isShut;
    private bool _hasDuplicate;
    private uint _duplicateLeft, _duplicateRight;

    private void TakeText(Timestamp now, in TcpSegment segment)
    {
        if (segment.Payload.IsEmpty || State is not (TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2))
            return;
        var start = segment.Sequence + (segment.IsSyn ? 1u : 0);
        var text = segment.Payload;
        var known = (int)(_nextReceive - start);
        if (known > 0)
        {
            text = text[Math.Min(known, text.Length)..];
            start = _nextReceive;
        }
        if (text.IsEmpty)
        {
            NoteDuplicate(segment.Sequence, segment.Sequence + (uint)segment.Payload.Length);
            _isAckDue = true;
            return;
        }
        var room = (int)(_advertised - start);
        if (room < text.Length)
        {
            text = text[..Math.Max(0, room)];
            _isAckDue = true;
        }
        if (text.IsEmpty)
            return;
        if (_isReleased)
        {
            // Nobody will read it (RFC 9293 section 3.6.1: "a TCP peer should send a RST to show that data was lost").
            _stack.SendReset(Key, _nextSend, _nextReceive);
            Close(CloseReason.Aborted);
            return;
        }
        Store(now, start, text);
        MeasureReceiveRoundTrip(now, segment);
    }

    private void Store(Timestamp now, uint start, ReadOnlySpan<byte> text)
    {
        var offset = _received.Next + (int)(start - _nextReceive);
        if (start != _nextReceive && _received.Holds(offset, offset + text.Length))
            NoteDuplicate(start, start + (uint)text.Length);
        if (now - _lastText > s_idle)
        {
            _receiveTarget = Math.Min(_receiveTarget, _stack.Options.InitialReceiveWindow);
            _promptAcks = PromptAcks;
        }
        _lastText = now;
        var before = _received.Next;
        if (!_received.Insert(offset, text))
        {
            // The peer must hear of it, or it takes the path for broken: no window for now, though that shrinks it (RFC 9293 section 3.8.6,
            // whose senders are "robust against window shrinking"). Linux does the same.
            _stack.DroppedForMemory++;
            _isAckDue = true;
            // Too many gaps are no shortage: what fills the first of them is welcome.
            _isShort = _received.RangeCount < ReceiveBuffer.MostRanges;
            return;
        }
        var advanced = _received.Next - before;
        _nextReceive += (uint)advanced;
        if (advanced > 0)
            Raise(TcpEvents.Readable);
        Owe(now, text.Length, isPrompt: advanced != text.Length || _received.HasGaps);
    }

    // RFC 5681 section 4.2: at once for what is out of order or fills a gap, for every second full segment otherwise.
    private void Owe(Timestamp now, int bytes, bool isPrompt)
    {
        _unackedBytes += bytes;
        if (isPrompt)
        {
            // A sender without SACK counts them.
            _repeatedAcks += _isAckDue && !_hasSack ? 1 : 0;
            _isAckDue = true;
        }
        else if (_promptAcks > 0 || _unackedBytes >= 2 * OwnSegmentSize)
        {
            _isAckDue = true;
        }
        else if (_delayedAckAt == Timestamp.Never)
        {
            _delayedAckAt = now + _stack.Options.DelayedAck;
        }
    }

    // What the peer can send in a segment, after its timestamps.
    private int OwnSegmentSize => _mtu - (Key.Local.IsV4 ? 40 : 60) - (_hasTimestamps ? 12 : 0);

    private void NoteDuplicate(uint left, uint right)
    {
        _hasDuplicate = _hasSack;
        (_duplicateLeft, _duplicateRight) = (left, right);
    }

    // Dynamic right-sizing (Fisk, Feng 2001): a reader that took so much in a round trip can be offered a multiple of it.
    private void GrowWindow(Timestamp now, long read)
    {
        _readSince += read;
        var roundTrip = _receiveRoundTrip != 0 ? _receiveRoundTrip : Math.Max(1_000_000, Nanoseconds(_roundTrip.Smoothed));
        if (now.Nanoseconds - _measuredSince.Nanoseconds < roundTrip)
            return;
        // Twice for the sender's slow start, twice because what is counted arrived in the round trip before.
        if (!_stack.Blocks.IsScarce)
            _receiveTarget = (int)Math.Max(_receiveTarget, Math.Min(4 * _readSince, _stack.Options.MaxReceiveWindow));
        _readSince = 0;
        _measuredSince = now;
    }

    private void MeasureReceiveRoundTrip(Timestamp now, in TcpSegment segment)
    {
        if (!_hasTimestamps || !segment.HasTimestamps || segment.TimestampEcho == 0)
            return;
        var milliseconds = (int)(Clock(now) - segment.TimestampEcho);
        if (milliseconds is < 0 or > 60_000)
            return;
        var sample = Math.Max(1, milliseconds) * 1_000_000L;
        _receiveRoundTrip = _receiveRoundTrip == 0 || sample < _receiveRoundTrip ? sample : _receiveRoundTrip + (sample - _receiveRoundTrip) / 8;
    }

    /// <summary>Where the window would end that is offered now. Never before what was offered (RFC 9293 section 3.8.6: "shrinking the window").</summary>
    private uint WindowEnd()
    {
        var target = Math.Min(_receiveTarget, _canScale ? int.MaxValue : ushort.MaxValue);
        // The less memory is left, the less of it is promised to each: what all were offered before may still come.
        target = (int)Math.Min(target, Math.Max(_stack.Blocks.Free / 8, 2 * OwnSegmentSize));
        var free = (int)Math.Max(0, target - _received.Available);
        var end = _nextReceive + (uint)free;
        // Section 3.8.6.2.2, silly window avoidance: by a segment or half of the buffer, or not at all.
        return (int)(end - _offered) >= Math.Min(target / 2, OwnSegmentSize) ? end : Sequence.Later(_offered, _nextReceive);
    }

    // An acknowledgement for the window's sake alone: when it would be twice what the peer thinks it is.
    private bool IsWindowUpdateDue()
    {
        if (_isShut)
            return _stack.Blocks.Free >= 2 * BlockPool.BlockSize;
        var offered = (int)(_advertised - _nextReceive);
        var possible = (int)(WindowEnd() - _nextReceive);
        return possible > offered && possible >= 2 * offered;
    }
}
