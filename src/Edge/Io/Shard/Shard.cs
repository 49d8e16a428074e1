using Edge.Dataplane;
using Edge.Dataplane.Offload;
using Edge.Dataplane.Tailnet;
using Edge.Foundation.Buffers;
using Edge.Foundation.Time;
using Edge.Io.Native;
using Edge.Io.Netlink;
using Edge.Io.Polling;
using Edge.Io.Tun;
using Edge.Io.Udp;

namespace Edge.Io.Shard;

/// <summary>
/// One thread that drives an engine over raw descriptors: receive, open, write; read, seal, send; timers; what others ask. It takes turns
/// between the descriptors in bounded batches, sleeps when none has anything, and allocates nothing on the way of a packet.
/// </summary>
internal sealed class Shard : IDisposable
{
    private const int TunNumber = 0;
    private const int V4Number = 1;
    private const int V6Number = 2;
    private const int MailboxNumber = 3;
    private const int WatchNumber = 4;
    private const int MostEvents = 5;

    // Packets from the TUN device before datagrams have their turn: large ones are 64 KiB each.
    private const int ReadBatch = 64;

    // A few slots when they come full, so that they are opened while they are in the cache; many when they hold single small datagrams.
    private const int LargeSlots = 2;
    private const int LargeSlot = 8_192;

    private static readonly TimeSpan s_idleTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_answerTime = TimeSpan.FromSeconds(10);

    private readonly ITailnetUser? _user;
    private readonly NetlinkWatch? _watch;
    private readonly Action? _changed;
    private Engine _engine;
    private readonly TunDevice? _tun;
    private readonly UdpSocket? _v4;
    private readonly UdpSocket? _v6;
    private readonly PacketJoin? _join;
    private readonly Epoll _epoll = new();
    private readonly Mailbox _mailbox = new();
    private readonly SealedOutbox _outbox = new();
    private readonly ReceiveBatch _receiving = new();
    private readonly SendBatch _sending = new();
    private readonly Slab? _reading;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _slots = ReceiveBatch.Capacity;
    private long _reads;
    private long _wakeups;
    private long _allocated;
    private long _allocatedByRequests;
    private uint _ready;
    private bool _isTrimmed;
    private bool _mustStop;

    /// <param name="engine">Driven by this thread alone from <see cref="Start"/> on. Owned.</param>
    /// <param name="name">For people who look at threads.</param>
    /// <param name="tun">Owned; null where the engine's netstack has all packets.</param>
    /// <param name="v4">Owned; null where the machine has no IPv4.</param>
    /// <param name="v6">Owned; null where the machine has no IPv6.</param>
    public Shard(Engine engine, string name, TunDevice? tun, UdpSocket? v4, UdpSocket? v6)
    {
        _engine = engine;
        _tun = tun;
        _v4 = v4;
        _v6 = v6;
        if (tun is not null)
        {
            _join = new PacketJoin(tun, tun.CutsUdp) { IsEnabled = tun.HasHeaders };
            _reading = new Slab(TunDevice.BufferSize);
            _epoll.Watch(tun.Number, TunNumber);
            engine.SystemPackets = _join;
        }
        if (v4 is not null)
            _epoll.Watch(v4.Number, V4Number);
        if (v6 is not null)
            _epoll.Watch(v6.Number, V6Number);
        _epoll.Watch(_mailbox.Number, MailboxNumber);
        _thread = new Thread(Run) { Name = $"shard {name}", IsBackground = true };
    }

    /// <summary>One that is in a tailnet.</summary>
    /// <param name="engine">Driven by this thread alone from <see cref="Start"/> on. Owned.</param>
    /// <param name="name">For people who look at threads.</param>
    /// <param name="tun">Owned; null where the engine's netstack has the packets.</param>
    /// <param name="v4">Owned; null where the machine has no IPv4.</param>
    /// <param name="v6">Owned; null where the machine has no IPv6.</param>
    /// <param name="user">Has the relays.</param>
    /// <param name="watch">Owned; null where the machine does not tell.</param>
    /// <param name="changed">Told on this thread of what <paramref name="watch"/> sees.</param>
    public Shard(Engine engine, string name, TunDevice? tun, UdpSocket? v4, UdpSocket? v6, ITailnetUser user, NetlinkWatch? watch, Action changed)
        : this(engine, name, tun, v4, v6)
    {
        (_user, _watch, _changed) = (user, watch, changed);
        if (watch is not null)
            _epoll.Watch(watch.Number, WatchNumber);
    }

    /// <summary>Completes when the thread has ended; with its exception where it did not end by <see cref="Stop"/>.</summary>
    public Task Completion => _completion.Task;

    public void Start() => _thread.Start();

    /// <summary>Has the thread end after what it is doing.</summary>
    public void Stop() => Post(_ => _mustStop = true);

    /// <summary>Runs something on the shard's thread, in order. From any thread.</summary>
    public void Post(Action<Timestamp> request) => _mailbox.Post(request);

    /// <summary>Runs something on the shard's thread and waits for it.</summary>
    /// <exception cref="TimeoutException">The thread does not answer.</exception>
    public async Task Ask(Action<Timestamp> request)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(now =>
        {
            request(now);
            done.SetResult();
        });
        await Task.WhenAny(done.Task, Completion).WaitAsync(s_answerTime);
        if (!done.Task.IsCompleted)
            throw new TimeoutException("the data path has ended");
    }

    /// <summary>Only on the shard's thread: another engine takes over. What the old one counted goes on, and it is disposed.</summary>
    public void Replace(Engine engine)
    {
        engine.Counters = _engine.Counters;
        engine.SystemPackets = _join;
        _engine.Dispose();
        _engine = engine;
    }

    /// <summary>Only on the shard's thread: hands the system what it is still to have of the packets that the engine was given.</summary>
    public void Flush() => _join?.Flush();

    /// <summary>Only on the shard's thread.</summary>
    public ShardStatus Status => new(
        _engine.Counters, _v4?.Counters ?? default, _v6?.Counters ?? default, _reads, _join?.Joined ?? 0, _tun?.WriteFailures ?? 0, _wakeups, _allocated);

    /// <summary>After <see cref="Completion"/>, or when it was never started.</summary>
    public void Dispose()
    {
        _engine.Dispose();
        _tun?.Dispose();
        _v4?.Dispose();
        _v6?.Dispose();
        _watch?.Dispose();
        _epoll.Dispose();
        _mailbox.Dispose();
        _outbox.Dispose();
        _receiving.Dispose();
        _sending.Dispose();
        _reading?.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_mustStop)
                Turn();
            _completion.SetResult();
        }
        catch (Exception e)
        {
            _completion.SetException(e);
        }
    }

    private void Turn()
    {
        var now = MonotonicClock.Now;
        if (IsReady(V4Number))
            Receive(now, _v4!, V4Number);
        if (IsReady(V6Number))
            Receive(now, _v6!, V6Number);
        if (_engine.NextDeadline <= now)
            Poll(now);
        if (IsReady(TunNumber))
            ReadPackets(now, _tun!, _reading!);
        if (IsReady(MailboxNumber))
        {
            _mailbox.Acknowledge();
            SetReady(MailboxNumber, false);
        }
        if (IsReady(WatchNumber))
        {
            SetReady(WatchNumber, false);
            if (_watch!.Drain())
                _changed!();
        }
        if (!_mailbox.IsEmpty)
            RunRequests(now);
        _user?.Turned(now, _engine.Tailnet!);
        if (_ready == 0)
            Sleep();
        else
            _ready |= Ready(0);
    }

    /// <returns>A bit for each number that is readable.</returns>
    private uint Ready(int milliseconds)
    {
        Span<byte> events = stackalloc byte[MostEvents * Epoll.EventSize];
        var count = _epoll.Wait(events, milliseconds);
        var ready = 0u;
        for (var i = 0; i < count; i++)
            ready |= 1u << (int)Epoll.Read(events, i).Number;
        return ready;
    }

    /// <summary>What others ask for may allocate: that is not the packets' doing, and is not counted as theirs.</summary>
    private void RunRequests(Timestamp now)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        _allocated = before - _allocatedByRequests;
        _mailbox.Run(now);
        _allocatedByRequests += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void Sleep()
    {
        var deadline = _engine.NextDeadline;
        var now = MonotonicClock.Now;
        if (deadline <= now || _mustStop || !_mailbox.TrySleep())
            return;
        var idle = _isTrimmed ? TimeSpan.MaxValue : s_idleTime;
        var wait = deadline == Timestamp.Never ? TimeSpan.MaxValue : deadline - now;
        _ready = Ready(Milliseconds(wait < idle ? wait : idle));
        _mailbox.Wake();
        _wakeups++;
        if (_ready == 0 && !_isTrimmed && MonotonicClock.Now - now >= s_idleTime)
            Trim();
        else if (_ready != 0)
            _isTrimmed = false;
    }

    private void Receive(Timestamp now, UdpSocket socket, int number)
    {
        var count = socket.Receive(_receiving, _slots);
        if (count < _slots)
            SetReady(number, false);
        if (count == 0)
            return;
        var bytes = 0L;
        for (var i = 0; i < count; i++)
        {
            if (_receiving.IsTruncated(i))
            {
                socket.Counters.Truncated++;
                continue;
            }
            var path = _receiving.PathOf(i, out var size);
            var datagrams = _receiving.BytesOf(i);
            if (datagrams.Length == 0 || size <= 0)
                continue;
            socket.NoteLocal(path.Local);
            socket.Counters.Received += (datagrams.Length + size - 1) / size;
            bytes += datagrams.Length;
            _engine.HandleDatagrams(now, path, datagrams, size, _join);
            // A full slot is written before the next one pushes it out of the cache.
            if (datagrams.Length >= LargeSlot)
                _join?.Flush();
        }
        _join?.Flush();
        _slots = bytes >= (long)count * LargeSlot ? LargeSlots : ReceiveBatch.Capacity;
    }

    private void ReadPackets(Timestamp now, TunDevice tun, Slab reading)
    {
        for (var i = 0; i < ReadBatch; i++)
        {
            var packet = tun.Read(reading.Bytes, out var virtio);
            if (packet.IsEmpty)
            {
                SetReady(TunNumber, false);
                break;
            }
            _reads++;
            if (!PacketCut.TryBegin(packet, virtio, out var cut))
            {
                _engine.Counters.Malformed++;
                continue;
            }
            while (!_engine.HandlePacket(now, packet, ref cut, _outbox))
                Send();
            if (_outbox.IsRunFull)
                Send();
        }
        Send();
        // The first packet for a peer without a session asks for a handshake.
        if (_engine.NextDeadline <= now)
            Poll(now);
    }

    private void Poll(Timestamp now)
    {
        while (!_engine.Poll(now, DateTimeOffset.UtcNow, _outbox))
            Send();
        Send();
    }

    private void Send()
    {
        if (_user is not null && _engine.Tailnet is { Relayed.Count: > 0 })
            _engine.SendRelayed(_user);
        if (_outbox.Count == 0)
            return;
        _v4?.Send(_outbox, _sending);
        _v6?.Send(_outbox, _sending);
        _outbox.Clear();
    }

    /// <summary>Gives the memory of packets back to the system: it comes again, zeroed, when it is touched.</summary>
    private void Trim()
    {
        _isTrimmed = true;
        _receiving.Trim();
        Pages.GiveBack(_outbox.Slab);
        if (_reading is not null)
            Pages.GiveBack(_reading);
        if (_engine.Tailnet is { } tailnet)
            Pages.GiveBack(tailnet.Relayed.Slab);
        _user?.Idled();
        _engine.Trim();
    }

    private bool IsReady(int number) => (_ready & 1u << number) != 0;

    private void SetReady(int number, bool isReady) => _ready = isReady ? _ready | 1u << number : _ready & ~(1u << number);

    private static int Milliseconds(TimeSpan time) => time == TimeSpan.MaxValue ? -1 : (int)Math.Min(Math.Ceiling(time.TotalMilliseconds), int.MaxValue);
}
