using System.Diagnostics;
using System.Globalization;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

/// <summary>
/// A TCP connection (RFC 9293). Its user writes into its memory, reads from it, and says when it is done; all other decisions are made as
/// segments arrive (one file a step of section 3.10.7), as timers expire, and as the stack asks for output.
/// </summary>
internal sealed partial class TcpConnection : Scheduled
{
    private readonly IpStack _stack;
    private readonly SendBuffer _send;
    private readonly ReceiveBuffer _received;
    private readonly Rack _rack = new();
    private readonly Scoreboard _board;
    private readonly RoundTripTime _roundTrip;
    private readonly CongestionControl _congestion;
    private readonly uint _clockOffset;
    private readonly uint _flowLabel;
    private TcpEvents _events;
    private bool _isReleased;
    private bool _wantsRoom;
    private bool _isSendingFinished;
    private TcpConnection? _older;
    private TcpConnection? _younger;

    /// <summary>Use <see cref="IpStack.Connect"/> or a listener.</summary>
    internal TcpConnection(IpStack stack, FlowKey key, TcpListener? listener, uint initialSequence, uint clockOffset, uint flowLabel)
    {
        _stack = stack;
        Key = key;
        Listener = listener;
        _initialSend = _unacknowledged = _nextSend = initialSequence;
        _clockOffset = clockOffset;
        _flowLabel = flowLabel;
        _send = new SendBuffer(stack.Blocks);
        _received = new ReceiveBuffer(stack.Blocks);
        _board = new Scoreboard(stack.Segments, _rack);
        _roundTrip = new RoundTripTime(stack.Options.MinRetransmission);
        _congestion = CongestionControl.Of(stack.Options.Congestion);
        _mtu = stack.MtuTo(key.Remote);
        _receiveTarget = (int)Math.Min(stack.Options.InitialReceiveWindow, Math.Max(stack.Blocks.Free / 8, 2 * OwnSegmentSize));
    }

    public FlowKey Key { get; }

    public Endpoint Local => new(Key.Local, Key.LocalPort);

    public Endpoint Remote => new(Key.Remote, Key.RemotePort);

    /// <summary>Null: we connected.</summary>
    public TcpListener? Listener { get; }

    /// <summary>Whatever its user wants to find again at an event.</summary>
    public object? Owner { get; set; }

    public TcpState State { get; private set; } = TcpState.Undecided;

    public CloseReason CloseReason { get; private set; }

    /// <summary>Small writes wait for no acknowledgement: Nagle's algorithm (RFC 9293 section 3.7.4) is off.</summary>
    public bool NoDelay { get; set; }

    /// <summary>After so long without a segment the peer is asked whether it is still there; zero: never (RFC 9293 section 3.8.4).</summary>
    public TimeSpan KeepaliveIdle { get; private set; }

    /// <summary>Bytes that the writer can queue now; less than nothing is zero.</summary>
    public int SendRoom
    {
        get
        {
            if (State is TcpState.Closed or TcpState.TimeWait || _isSendingFinished)
                return 0;
            var room = SendLimit - Kept;
            _wantsRoom |= room <= 0;
            return Math.Max(0, room);
        }
    }

    /// <summary>Bytes that are queued: not sent, or not acknowledged.</summary>
    public int Queued => _send.Length;

    /// <summary>Bytes that can be read.</summary>
    public long Readable => _received.Available;

    /// <summary>The peer's FIN is there, and all before it was read.</summary>
    public bool IsAtEnd => _hasPeerFinished && _received.Available == 0;

    /// <summary>Whether any block of memory is held.</summary>
    public bool HoldsBlock => _send.HoldsBlock || _received.HoldsBlock;

    public TimeSpan RoundTrip => _roundTrip.Smoothed;

    /// <summary>Congestion window in bytes.</summary>
    public int CongestionWindow => _congestion.Window;

    /// <summary>Segments' bytes that were sent more than once.</summary>
    public long RetransmittedBytes { get; private set; }

    internal bool IsInOutput { get; set; }

    internal bool IsInEvents { get; set; }

    /// <summary>Of half-open connections, or of those in TIME-WAIT.</summary>
    internal ConnectionList? List { get; set; }

    // What the peer has already, but for what it misses before that, is no reason to write less.
    private int Kept => _send.Length - _board.SackedBytes;

    private int SendLimit => Math.Min(_stack.Options.MaxSendBuffer,
        _stack.Blocks.IsScarce ? 16 * 1024 : (int)Math.Clamp(2L * _congestion.Window, 64 * 1024, int.MaxValue));

    /// <summary>Answers the SYN of an incoming connection.</summary>
    public void Accept(Timestamp now)
    {
        if (State != TcpState.Undecided)
            return;
        State = TcpState.SynReceived;
        _isSynDue = true;
        _synSince = now;
        Touch();
    }

    /// <summary>Turns an incoming connection away.</summary>
    public void Reject(RejectKind kind)
    {
        if (State != TcpState.Undecided)
            return;
        _stack.Reject(this, kind, _initialReceive + 1);
        Close(CloseReason.Aborted, tell: false);
    }

    /// <summary>Memory to write to; <see cref="Advance"/> says how much was. May exceed <see cref="SendRoom"/>, which the writer asks first.</summary>
    public Memory<byte> GetMemory(int sizeHint = 0) => _send.GetMemory(sizeHint);

    public void Advance(int bytes) => _send.Advance(bytes);

    /// <summary>What was written can be sent.</summary>
    public void Flush() => Touch();

    /// <summary>Queues a chain of filled blocks, which are the connection's from here on.</summary>
    public void Append(Block chain)
    {
        _send.Append(chain);
        if (State is TcpState.Closed or TcpState.TimeWait || _isSendingFinished)
            _send.Clear();
        Touch();
    }

    /// <summary>Copies as much as there is room for, and sends it.</summary>
    /// <returns>How much was taken.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(bytes.Length, SendRoom);
        _wantsRoom |= taken < bytes.Length;
        for (var left = bytes[..taken]; !left.IsEmpty;)
        {
            var memory = _send.GetMemory(0).Span;
            var step = Math.Min(memory.Length, left.Length);
            left[..step].CopyTo(memory);
            _send.Advance(step);
            left = left[step..];
        }
        if (taken > 0)
            Touch();
        return taken;
    }

    /// <summary>The readable bytes from <paramref name="skip"/> on, as far as they lie together; empty at the end. They stay until <see cref="Consume"/>.</summary>
    public ReadOnlyMemory<byte> Peek(long skip = 0) => _received.Peek(_received.Read + skip);

    /// <summary>The first bytes were read: the window opens by as much.</summary>
    public void Consume(Timestamp now, long bytes)
    {
        _received.Consume(bytes);
        GrowWindow(now, bytes);
        if (State is TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2 && IsWindowUpdateDue())
        {
            _isAckDue = true;
            Touch();
        }
    }

    /// <summary>Copies what there is.</summary>
    public int Read(Timestamp now, Span<byte> destination)
    {
        var total = 0;
        while (total < destination.Length && Peek(total) is { IsEmpty: false } piece)
        {
            var step = Math.Min(piece.Length, destination.Length - total);
            piece.Span[..step].CopyTo(destination[total..]);
            total += step;
        }
        Consume(now, total);
        return total;
    }

    /// <summary>Nothing more will be written: a FIN follows what is queued. Reading goes on.</summary>
    public void FinishSending()
    {
        if (_isSendingFinished || State is TcpState.Closed or TcpState.TimeWait)
            return;
        _isSendingFinished = true;
        Touch();
    }

    /// <summary>Ends the connection now, with a RST (ABORT of RFC 9293 section 3.10.5). What was received can be read until <see cref="Release"/>.</summary>
    public void Abort()
    {
        if (State is TcpState.Undecided)
            _stack.Reject(this, RejectKind.Reset, _initialReceive + 1);
        else if (State is not (TcpState.Closed or TcpState.SynSent or TcpState.TimeWait))
            _stack.SendReset(Key, _nextSend, _nextReceive);
        if (State is not (TcpState.Closed or TcpState.TimeWait))
            Close(CloseReason.Aborted, tell: false);
    }

    /// <summary>
    /// The user is done with it and does not touch it again. What is queued is still sent, and a FIN; what was not read, or comes later,
    /// is answered by a RST (RFC 9293 section 3.6.1).
    /// </summary>
    public void Release(Timestamp now)
    {
        if (_isReleased)
            return;
        _isReleased = true;
        Owner = null;
        var unread = _received.Available > 0 || _received.HasGaps;
        _received.Clear();
        _events = TcpEvents.None;
        if (unread && State is TcpState.SynReceived or TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2 or TcpState.CloseWait
            || State is TcpState.Undecided or TcpState.SynSent)
            Abort();
        else
            FinishSending();
        if (State == TcpState.FinWait2)
            _lifeEnds = now + _stack.Options.TimeWait;
        Touch();
    }

    public void SetKeepalive(Timestamp now, TimeSpan idle)
    {
        KeepaliveIdle = idle;
        _lastHeard = now;
        ArmKeepalive(now);
        Touch();
    }

    /// <summary>The links of <see cref="ConnectionList"/>.</summary>
    internal readonly struct ByAge : ILinks<TcpConnection>
    {
        public static ref TcpConnection? Before(TcpConnection item) => ref item._older;

        public static ref TcpConnection? After(TcpConnection item) => ref item._younger;
    }

    /// <summary>For traces and failing tests.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Local} {Remote} {State} UNA {_unacknowledged - _initialSend} NXT {_nextSend - _initialSend} WND {_sendWindow} queued {_send.Length} cwnd {_congestion.Window} ssthresh {_congestion.Threshold} {_phase} sacked {_board.SackedBytes} lost {_board.LostBytes} again {_board.RetransmittedBytes} {_timer} {_retransmitAt} retries {_retries} reorder {_reorderAt} rtt {_roundTrip.Smoothed} rto {_roundTrip.Timeout} RCV.NXT {_nextReceive - _initialReceive} offered {(int)(_advertised - _nextReceive)} unread {_received.Available} gaps {_received.RangeCount} {CloseReason}");

    /// <summary>Walks all that it holds, in debug builds: too much for every segment.</summary>
    [Conditional("DEBUG")]
    internal void CheckAll()
    {
        CheckInvariants();
        _received.CheckInvariants();
        if (State is not (TcpState.Closed or TcpState.Undecided or TcpState.SynSent or TcpState.SynReceived or TcpState.TimeWait))
            _board.CheckInvariants(_unacknowledged, _nextSend);
        Debug.Assert(State is TcpState.Closed or TcpState.TimeWait or TcpState.Undecided || Outstanding == 0 || _retransmitAt != Timestamp.Never || IsInOutput, "what is in flight is waited for");
    }

    internal void RaiseIncoming() => Raise(TcpEvents.Incoming);

    /// <summary>Its events since the last time.</summary>
    internal TcpEvents TakeEvents()
    {
        var events = _events;
        _events = TcpEvents.None;
        return events;
    }

    private void Raise(TcpEvents events)
    {
        if (_isReleased)
            return;
        _events |= events;
        _stack.HasEvents(this);
    }

    // Something may be due: the stack asks for output at its next Poll, and looks again at the deadline.
    private void Touch()
    {
        CheckInvariants();
        if (State != TcpState.Closed)
            _stack.Schedule(this);
    }

    internal void Close(CloseReason reason, bool tell = true)
    {
        if (State == TcpState.Closed)
            return;
        var wasKnown = CloseReason != CloseReason.None;
        State = TcpState.Closed;
        _send.Clear();
        _board.Clear();
        if (_isReleased)
            _received.Clear();
        if (!wasKnown)
        {
            CloseReason = reason;
            if (tell)
                Raise(TcpEvents.Closed);
        }
        _stack.Remove(this);
    }

    [Conditional("DEBUG")]
    private void CheckInvariants()
    {
        if (State is TcpState.Closed)
            return;
        Debug.Assert(Sequence.AtMost(_unacknowledged, _nextSend), "SND.UNA =< SND.NXT");
        Debug.Assert(_board.SackedBytes >= 0 && _board.LostBytes >= 0 && _board.RetransmittedBytes >= 0, "what is marked is counted");
        Debug.Assert(_board.SackedBytes + _board.LostBytes <= Outstanding, "nothing is marked that is not in flight");
        Debug.Assert(_board.RetransmittedBytes <= _board.LostBytes, "only what is lost is sent again");
        Debug.Assert(State is TcpState.SynSent or TcpState.SynReceived or TcpState.Undecided || Sent <= _send.Length, "what is in flight is held");
        Debug.Assert(_congestion.Window >= 0, "a window is not negative");
        Debug.Assert(Sequence.AtMost(_nextReceive, _advertised + 1), "RCV.NXT is within what was offered");
        Debug.Assert(_received.Available + (uint)Math.Max(0, (int)(_advertised - _nextReceive)) <= _stack.Options.MaxReceiveWindow + 65536L, "the offer is bounded");
    }
}
