using System.Buffers.Binary;
using System.Numerics;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

/// <summary>
/// TCP, UDP and ICMP over IP packets. <see cref="Handle(Timestamp, ReadOnlySpan{byte})"/> takes what arrived, <see cref="Poll"/> gives what
/// is to be sent and what happened, <see cref="NextDeadline"/> says when to poll although nothing arrived. Connections and sockets are used
/// between those calls, by the same caller.
/// </summary>
internal sealed partial class IpStack
{
    /// <summary>RFC 1700's default, as everyone sends it.</summary>
    internal const byte TimeToLive = 64;

    private readonly SipHash _sip;
    private readonly HashSet<IpAddress> _locals = [];
    private readonly long[] _drops = new long[Enum.GetValues<DropReason>().Length];
    private readonly DeadlineHeap<TcpConnection> _timers = new();
    private readonly Queue<TcpConnection> _output = new();
    private readonly Queue<TcpConnection> _events = new();
    private readonly ReplyQueue _replies = new();
    private readonly PathMtus _paths = new();
    private readonly Reassembly _reassembly = new();
    private Timestamp _now;

    /// <param name="options">Bounds.</param>
    /// <param name="entropy">32 bytes that nobody else knows: sequence numbers, ports and timestamps begin with them.</param>
    /// <param name="blocks">Null: a pool of its own, bounded by <see cref="NetstackOptions.MemoryLimit"/>.</param>
    public IpStack(NetstackOptions options, ReadOnlySpan<byte> entropy, BlockPool? blocks = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entropy.Length, 32);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Mtu, 576);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Mtu, ushort.MaxValue);
        Options = options;
        _sip = new SipHash(entropy);
        _identification = BinaryPrimitives.ReadUInt32LittleEndian(entropy[16..]);
        _portCounter = BinaryPrimitives.ReadUInt32LittleEndian(entropy[20..]);
        Blocks = blocks ?? new BlockPool(options.MemoryLimit);
        _flows = new Dictionary<FlowKey, TcpConnection>(new FlowKeyComparer(_sip));
        // The least shift that lets a 16-bit field say the largest window (RFC 7323 section 2.2).
        WindowShift = Math.Clamp(BitOperations.Log2((uint)options.MaxReceiveWindow) - 15, 0, 14);
    }

    public NetstackOptions Options { get; }

    /// <summary>The memory of all connections and sockets; its trimming is up to the caller, who knows when it is idle.</summary>
    public BlockPool Blocks { get; }

    /// <summary>Connections of any state.</summary>
    public int Connections => _flows.Count;

    /// <summary>Segments that arrived and were dropped because memory was short.</summary>
    public long DroppedForMemory { get; internal set; }

    /// <summary>When <see cref="Poll"/> has something to do although no packet arrived; at or before that time.</summary>
    public Timestamp NextDeadline => _output.Count > 0 || _events.Count > 0 || !_replies.IsEmpty || _udpEvents.Count > 0 || _pingEvents.Count > 0 ? _now : _timers.Next;

    internal SentSegmentPool Segments { get; } = new();

    internal int WindowShift { get; }

    /// <summary>Packets that were dropped for this reason.</summary>
    public long Drops(DropReason reason) => _drops[(int)reason];

    /// <summary>Messages between nodes of a tailnet (TSMP) are understood, and a ping is told this port; 0: there is none. Null: this is no node of one.</summary>
    public ushort? PeerApiPort { get; set; }

    /// <summary>An address of ours: it is pinged, and its closed ports refuse.</summary>
    public void AddAddress(IpAddress address) => _locals.Add(address);

    public void RemoveAddress(IpAddress address) => _locals.Remove(address);

    public bool HasAddress(IpAddress address) => _locals.Contains(address);

    /// <summary>Takes a batch of packets that arrived; what they cause is sent at the next <see cref="Poll"/>, once for the batch.</summary>
    public void Handle(Timestamp now, ReadOnlySpan<ReadOnlyMemory<byte>> packets)
    {
        foreach (var packet in packets)
            Handle(now, packet.Span);
    }

    /// <summary>Takes one packet of a batch. It is borrowed.</summary>
    /// <returns>Why it was dropped, which is counted.</returns>
    public DropReason Handle(Timestamp now, ReadOnlySpan<byte> packet)
    {
        _now = now;
        var reason = packet.Length > 0 && packet[0] >> 4 == 6 ? HandleV6(packet) : HandleV4(packet);
        _drops[(int)reason]++;
        return reason;
    }

    /// <summary>Puts what is due into the outbox, as far as it has room.</summary>
    /// <returns>True: there may be more; take all out, clear it and call again.</returns>
    public bool Poll(Timestamp now, NetstackOutbox outbox)
    {
        _now = now;
        while (_timers.TakeDue(now) is { } due)
        {
            if (due.Deadline <= now)
                due.TimerExpired(now);
            _timers.Schedule(due, due.State == TcpState.Closed ? Timestamp.Never : due.Deadline);
        }
        var isDrained = PollReplies(outbox);
        // One packet each in turn, so that none waits for another's megabytes.
        while (_output.Count > 0 && outbox.HasRoom(TcpConnection.MostHeaderBytes))
        {
            var connection = _output.Dequeue();
            if (connection.Emit(now, outbox))
                _output.Enqueue(connection);
            else
                connection.IsInOutput = false;
        }
        PollEvents(outbox);
        return !isDrained || _output.Count > 0 || _events.Count > 0 || _udpEvents.Count > 0 || _pingEvents.Count > 0;
    }

    internal int MtuTo(IpAddress remote) => _paths.Get(_now, remote, Options.Mtu);

    internal void Schedule(TcpConnection connection)
    {
        if (!connection.IsInOutput)
        {
            connection.IsInOutput = true;
            _output.Enqueue(connection);
        }
        _timers.Schedule(connection, connection.Deadline);
    }

    internal void Schedule(TcpConnection connection, Timestamp deadline) => _timers.Schedule(connection, deadline);

    internal void HasEvents(TcpConnection connection)
    {
        if (connection.IsInEvents)
            return;
        connection.IsInEvents = true;
        _events.Enqueue(connection);
    }

    private bool PollReplies(NetstackOutbox outbox)
    {
        while (!_replies.IsEmpty)
        {
            var packet = _replies.Peek();
            if (!outbox.HasRoom(packet.Length))
                return false;
            packet.CopyTo(outbox.Reserve(packet.Length));
            outbox.Add(packet.Length, 0, null, 0, 0, 0);
            _replies.Drop();
        }
        return true;
    }

    private void PollEvents(NetstackOutbox outbox)
    {
        while (_events.Count > 0 && outbox.HasEventRoom)
        {
            var connection = _events.Dequeue();
            connection.IsInEvents = false;
            if (connection.TakeEvents() is var events and not TcpEvents.None)
                outbox.Add(new NetstackEvent(connection, events));
        }
        while (_udpEvents.Count > 0 && outbox.HasEventRoom)
        {
            var socket = _udpEvents.Dequeue();
            socket.IsInEvents = false;
            if (!socket.IsClosed)
                outbox.Add(new NetstackEvent(null, TcpEvents.None, socket));
        }
        while (_pingEvents.Count > 0 && outbox.HasEventRoom)
            outbox.Add(new NetstackEvent(null, TcpEvents.None, Ping: _pingEvents.Dequeue()));
    }
}
