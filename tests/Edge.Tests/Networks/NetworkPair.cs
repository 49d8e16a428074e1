using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Edge.Dataplane;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Networks;

/// <summary>Two networks and a link between them that loses packets by a seeded dice. One thread drives both, as a shard would each.</summary>
internal sealed class NetworkPair : IAsyncDisposable
{
    private readonly ConcurrentQueue<Action<Timestamp>> _posted = [];
    private readonly SemaphoreSlim _signal = new(0);
    private readonly NetstackOutbox _outbox = new();
    private readonly byte[] _packet = new byte[ushort.MaxValue + 1];
    private readonly Random _dice = new(1);
    private readonly int _lost;
    private readonly Thread _thread;
    private Exception? _failure;
    private volatile bool _isOver;

    /// <param name="options">Of both netstacks.</param>
    /// <param name="lost">Packets that are lost, of a thousand.</param>
    public NetworkPair(NetstackOptions? options = null, int lost = 0)
    {
        _lost = lost;
        A = Make("a", "10.7.0.1", options ?? new());
        B = Make("b", "10.7.0.2", options ?? new());
        _thread = new Thread(Run) { IsBackground = true, Name = "network pair" };
        _thread.Start();
        A.Start(Post);
        B.Start(Post);
    }

    public VirtualNetwork A { get; }

    public VirtualNetwork B { get; }

    /// <summary>Has B listen and A dial.</summary>
    /// <returns>Both ends.</returns>
    public async Task<(TunnelConnection Client, TunnelConnection Server)> Connect(ushort port = 80)
    {
        var accepted = new TaskCompletionSource<TunnelConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        B.Listen(port, connection => accepted.TrySetResult(connection));
        var client = await A.Dial(new Endpoint(B.Addresses[0], port), CancellationToken.None);
        return (client, await accepted.Task.WaitAsync(Orb.OrbRun.Limit));
    }

    /// <summary>Returns when something is so that the network's thread can see.</summary>
    public async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Orb.OrbRun.Limit);
        while (true)
        {
            var isSo = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            Post(_ => isSo.SetResult(condition()));
            if (await isSo.Task.WaitAsync(limit.Token))
                return;
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        _signal.Release();
        await Task.Run(_thread.Join);
        _signal.Dispose();
        if (_failure is not null)
            throw new InvalidOperationException("the network's thread has failed", _failure);
    }

    private static VirtualNetwork Make(string name, string address, NetstackOptions options) => new(
        name, [IpAddress.Of(IPAddress.Parse(address))], ImmutableArray.Create(new IpPrefix(IpAddress.Of(IPAddress.Parse("10.7.0.0")), 24)), options, new SystemEntropy());

    private void Post(Action<Timestamp> request)
    {
        _posted.Enqueue(request);
        _signal.Release();
    }

    private void Run()
    {
        try
        {
            while (!_isOver)
            {
                var now = MonotonicClock.Now;
                while (_posted.TryDequeue(out var request))
                    request(now);
                while (Move(now, A, B) | Move(now, B, A))
                {
                }
                var deadline = Timestamp.Min(A.Stack.NextDeadline, B.Stack.NextDeadline);
                var wait = deadline == Timestamp.Never ? Timeout.InfiniteTimeSpan : deadline - MonotonicClock.Now;
                if (wait > TimeSpan.Zero || wait == Timeout.InfiniteTimeSpan)
                    _signal.Wait(wait);
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }

    /// <returns>Whether there was anything.</returns>
    private bool Move(Timestamp now, VirtualNetwork from, VirtualNetwork to)
    {
        from.Stack.Poll(now, _outbox);
        var isAny = !_outbox.Packets.IsEmpty || !_outbox.Events.IsEmpty;
        foreach (var packet in _outbox.Packets)
        {
            for (var i = 0; i < packet.Count; i++)
            {
                var bytes = _packet.AsSpan(0, packet.Write(i, _packet));
                if (_dice.Next(1000) >= _lost)
                    to.Stack.Handle(now, bytes);
            }
        }
        foreach (var happened in _outbox.Events)
            ((INetstackUser)from).Happened(now, happened);
        _outbox.Clear();
        return isAny;
    }
}
