using System.Diagnostics;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack.Kernel;

/// <summary>
/// A stack of ours and the kernel's, with a forwarder of our own between them that loses, doubles and delays what its seed says.
/// One thread drives the stack; tests touch it under <see cref="Do"/>.
/// </summary>
internal sealed class KernelPath : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Thread _thread;
    private readonly NetstackOutbox _outbox = new();
    private readonly Link _toStack, _toKernel;
    private readonly byte[] _packet = new byte[ushort.MaxValue + 1];
    private readonly Pcap? _capture;
    private Exception? _failure;
    private bool _isOver;

    public KernelPath(NetstackOptions? options = null, LinkOptions? link = null, int seed = 1, string? capture = null)
    {
        options ??= new();
        Tun = new Tun(options.Mtu);
        var entropy = new byte[32];
        Random.Shared.NextBytes(entropy);
        Stack = new IpStack(options, entropy);
        Stack.AddAddress(IpAddress.Of(Tun.StackV4));
        Stack.AddAddress(IpAddress.Of(Tun.StackV6));
        _toStack = new Link(link ?? new() { Delay = TimeSpan.Zero }, new Random(seed));
        _toKernel = new Link(link ?? new() { Delay = TimeSpan.Zero }, new Random(seed + 1));
        _capture = capture is null ? null : new Pcap(capture);
        _thread = new Thread(Drive) { IsBackground = true, Name = "netstack against the kernel" };
        _thread.Start();
    }

    /// <summary>Longer than anything here takes on a busy machine.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    public Tun Tun { get; }

    public IpStack Stack { get; }

    /// <summary>The way from the stack to the kernel, for a test to shut.</summary>
    public Link ToKernel => _toKernel;

    /// <summary>The way from the kernel to the stack.</summary>
    public Link ToStack => _toStack;

    /// <summary>The stack's thread does not sleep: its times are right to some microseconds.</summary>
    public bool IsPrecise { get; init; }

    /// <summary>What the stack's user does at an event, on the stack's thread.</summary>
    public Action<NetstackEvent, Timestamp> On { get; set; } = static (_, _) => { };

    private static Timestamp Now => new((long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)));

    /// <summary>Touches the stack.</summary>
    public T Do<T>(Func<IpStack, Timestamp, T> action)
    {
        lock (_lock)
            return action(Stack, Now);
    }

    public void Do(Action<IpStack, Timestamp> action) => Do((stack, now) =>
    {
        action(stack, now);
        return true;
    });

    /// <summary>Waits until it holds.</summary>
    public async Task<bool> Until(Func<IpStack, Timestamp, bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!Do(condition))
        {
            if (_failure is not null)
                throw new InvalidOperationException("the stack's thread ended", _failure);
            if (watch.Elapsed > Limit)
                return false;
            await Task.Yield();
            Tun.Wait(2);
        }
        return true;
    }

    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        _thread.Join();
        _capture?.Dispose();
        Tun.Dispose();
    }

    private void Drive()
    {
        try
        {
            while (!Volatile.Read(ref _isOver))
            {
                var wait = 0.0;
                lock (_lock)
                {
                    Step(Now);
                    wait = Math.Ceiling((Timestamp.Min(Stack.NextDeadline, Timestamp.Min(_toStack.Next, _toKernel.Next)) - Now).TotalMilliseconds);
                }
                // Tests add work from outside: look again soon.
                if (!IsPrecise)
                    Tun.Wait((int)Math.Clamp(wait, 0, 2));
            }
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    private void Step(Timestamp now)
    {
        // A batch, as a shard's loop takes it.
        for (var i = 0; i < 64 && Tun.Read(_packet) is > 0 and var length; i++)
        {
            _capture?.Write(now, _packet.AsSpan(0, length));
            _toStack.Send(now, _packet.AsSpan(0, length).ToArray());
        }
        while (_toStack.TryReceive(now, out var packet))
            Stack.Handle(now, packet);
        bool more;
        do
        {
            more = Stack.Poll(now, _outbox);
            foreach (var packet in _outbox.Packets)
                for (var i = 0; i < packet.Count; i++)
                {
                    var bytes = _packet.AsSpan(0, packet.Write(i, _packet)).ToArray();
                    _capture?.Write(now, bytes);
                    _toKernel.Send(now, bytes);
                }
            foreach (var happened in _outbox.Events.ToArray())
                On(happened, now);
            _outbox.Clear();
        }
        while (more);
        while (_toKernel.TryReceive(now, out var packet))
            Tun.Write(packet);
    }
}
