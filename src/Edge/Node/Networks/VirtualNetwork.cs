using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Edge.Dataplane;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Shard;
using Edge.Protocols.Netstack;

namespace Edge.Node.Networks;

/// <summary>
/// A network as the server sees it, whatever carries its packets: ports to listen on, addresses to dial, streams. Its netstack is driven by one
/// thread, the network's; all others ask that thread by posting to it.
/// </summary>
internal sealed partial class VirtualNetwork : INetstackUser
{
    // Longer than three tries of a SYN. What asks for a connection has a limit of its own, but cannot say why.
    private static readonly TimeSpan s_dialling = TimeSpan.FromSeconds(15);

    private const int MostLeaving = 256;

    private readonly Lock _lock = new();
    private readonly List<NetworkListener> _listeners = [];
    private Action<Action<Timestamp>>? _post;
    private volatile string _state = "is starting";

    // The network's thread's own.
    private readonly HashSet<TunnelConnection> _connections = [];
    private readonly Queue<TcpConnection> _leaving = [];
    private ReadSegment? _spare;
    private int _spares;
    private readonly int _mostSpares;

    // Read by any thread.
    private IpPrefix[] _ranges;
    private IpAddress[] _addresses;
    private int _count;

    /// <param name="name">In the configuration.</param>
    /// <param name="addresses">This side's own; none where they are told later.</param>
    /// <param name="ranges">What is reached through it.</param>
    /// <param name="options">Of the netstack.</param>
    /// <param name="entropy">For the netstack's secrets.</param>
    public VirtualNetwork(string name, ImmutableArray<IpAddress> addresses, ImmutableArray<IpPrefix> ranges, NetstackOptions options, EntropySource entropy)
    {
        Name = name;
        _addresses = [.. addresses];
        _ranges = [.. ranges];
        Blocks = new SharedBlockPool(options.MemoryLimit);
        // One for each block that readers can hold at a time.
        _mostSpares = (int)Math.Min(options.MemoryLimit / BlockPool.BlockSize, int.MaxValue);
        Span<byte> secret = stackalloc byte[32];
        entropy.Fill(secret);
        Stack = new IpStack(options, secret, Blocks);
        foreach (var address in addresses)
            Stack.AddAddress(address);
    }

    public string Name { get; }

    /// <summary>This side's own.</summary>
    public ImmutableArray<IpAddress> Addresses => ImmutableCollectionsMarshal.AsImmutableArray(Volatile.Read(ref _addresses));

    /// <summary>How the network stands while it cannot be used, such as <c>is starting</c>: behind its name it is the reason that diallers are told.</summary>
    public string State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>Connections that somebody holds.</summary>
    public int Connections => Volatile.Read(ref _count);

    /// <summary>Says why nobody answers at an address, on the network's thread; null: for no reason that the network knows.</summary>
    public Func<Timestamp, IpAddress, string?> Explain { get; init; } = static (_, _) => null;

    /// <summary>Whether a peer has an address, on the network's thread.</summary>
    public Func<IpAddress, bool> Reaches { get; init; } = static _ => true;

    /// <summary>Told of the answer to a ping of the netstack's, on the network's thread.</summary>
    public Action<PingAnswer> Pinged { get; init; } = static _ => { };

    /// <summary>Driven by the network's thread.</summary>
    internal IpStack Stack { get; }

    internal SharedBlockPool Blocks { get; }

    /// <summary>Whether an address is reached through this network.</summary>
    public bool Claims(IpAddress address)
    {
        foreach (var range in Volatile.Read(ref _ranges))
            if (range.Contains(address))
                return true;
        return false;
    }

    /// <summary>What is reached through it from now on.</summary>
    public void SetRanges(ImmutableArray<IpPrefix> ranges) => Volatile.Write(ref _ranges, [.. ranges]);

    /// <summary>This side has these addresses from now on; by who runs the network. Connections of those that are gone break by themselves.</summary>
    public void SetAddresses(ImmutableArray<IpAddress> addresses)
    {
        var before = Addresses;
        Volatile.Write(ref _addresses, [.. addresses]);
        // Who dials from one of them is behind this in the line.
        Post(_ =>
        {
            foreach (var gone in before.Except(addresses))
                Stack.RemoveAddress(gone);
            foreach (var address in addresses)
                Stack.AddAddress(address);
        });
    }

    /// <summary>Opens a port, at once or when the network comes up.</summary>
    /// <param name="port">TCP.</param>
    /// <param name="accept">Takes each connection, on the network's thread.</param>
    /// <param name="address">The one that it is open at; null: all of ours.</param>
    public NetworkListener Listen(ushort port, Action<TunnelConnection> accept, IpAddress? address = null)
    {
        var listener = new NetworkListener(address, port, accept);
        lock (_lock)
        {
            _listeners.Add(listener);
            _post?.Invoke(_ => Begin(listener));
        }
        return listener;
    }

    /// <summary>Closes a port; the connections that came by it stay.</summary>
    public void Close(NetworkListener listener)
    {
        lock (_lock)
        {
            if (_listeners.Remove(listener))
                _post?.Invoke(_ => End(listener));
        }
    }

    /// <summary>A connection to a TCP port.</summary>
    /// <exception cref="DialException">There is none, and why.</exception>
    public async ValueTask<TunnelConnection> Dial(Endpoint remote, CancellationToken cancellation)
    {
        var addresses = Addresses;
        var local = addresses.FirstOrDefault(address => address.IsV4 == remote.Address.IsV4);
        if (addresses.IsEmpty)
            throw new DialException(DialStep.Connect, $"no connection to {remote}: the network `{Name}` {State}");
        if (local == default)
            throw new DialException(DialStep.Connect, $"no connection to {remote}: the network `{Name}` has no {(remote.Address.IsV4 ? "IPv4" : "IPv6")} address of its own");
        var done = new TaskCompletionSource<TunnelConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        TunnelConnection? dialling = null;
        if (!Post(now => dialling = Connect(now, local, remote, done)))
            throw new DialException(DialStep.Connect, $"no connection to {remote}: the network `{Name}` {_state}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_dialling);
        try
        {
            return await done.Task.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It may have come about at this moment: then somebody has to close it.
            var given = done.TrySetCanceled(CancellationToken.None) ? null : await done.Task;
            if (given is not null && !cancellation.IsCancellationRequested)
                return given;
            var reason = new TaskCompletionSource<DialException>(TaskCreationOptions.RunContinuationsAsynchronously);
            var isPosted = Post(now =>
            {
                dialling?.GiveUp(now);
                reason.SetResult(Unreached(now, remote, CloseReason.TimedOut));
            });
            cancellation.ThrowIfCancellationRequested();
            throw isPosted ? await reason.Task : new DialException(DialStep.Connect, $"no connection to {remote}: the network `{Name}` {_state}");
        }
    }

    /// <summary>The network's thread takes what is posted from now on, first of all to open the ports that are known. To be called before a packet can come.</summary>
    public void Start(Action<Action<Timestamp>> post)
    {
        lock (_lock)
        {
            _post = post;
            foreach (var listener in _listeners)
                post(_ => Begin(listener));
            foreach (var socket in _sockets)
                post(_ => socket.Begin());
        }
    }

    /// <summary>Nothing is posted any more.</summary>
    /// <param name="state">Such as <c>has ended</c>: behind the network's name it is the reason that diallers are told.</param>
    public void Stop(string state)
    {
        lock (_lock)
        {
            _post = null;
            _state = state;
        }
    }

    /// <summary>Waits until what was written has been taken by the other sides, as far as it is within the limit.</summary>
    /// <param name="shard">Drives the netstack.</param>
    /// <param name="time">For pauses.</param>
    /// <param name="limit">Ends the wait.</param>
    public async Task Drain(Shard shard, TimeProvider time, CancellationToken limit)
    {
        try
        {
            while (!limit.IsCancellationRequested)
            {
                var isDone = true;
                await shard.Ask(_ => isDone = IsDrained());
                if (isDone)
                    return;
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (TimeoutException)
        {
            // The data path has ended before.
        }
    }

    /// <summary>Resets what is still open, and returns when the resets have left, or the data path has ended.</summary>
    public async Task DropAll(Shard shard)
    {
        try
        {
            // The resets leave in the turn before the second question.
            await shard.Ask(_ => DropAll());
            await shard.Ask(static _ => { });
        }
        catch (TimeoutException)
        {
            // The data path has ended before.
        }
    }

    /// <summary>On the network's thread, or when that has ended: resets what is still open.</summary>
    public void DropAll()
    {
        foreach (var connection in _connections)
            connection.Drop();
        _connections.Clear();
        Volatile.Write(ref _count, 0);
    }

    void INetstackUser.Happened(Timestamp now, in NetstackEvent happened)
    {
        if (happened.Socket?.Owner is NetworkSocket socket)
        {
            socket.Take();
            return;
        }
        if (happened.Ping is { } answer)
        {
            Pinged(answer);
            return;
        }
        if (happened.Connection is not { } tcp)
        {
            if (happened.Socket is { Owner: INetworkRouter taker } routed)
                taker.Arrived(now, routed);
            return;
        }
        if (tcp.Owner is TunnelConnection connection)
        {
            connection.Happened(now, happened.Events);
            return;
        }
        if ((happened.Events & (TcpEvents.Incoming | TcpEvents.Closed)) == TcpEvents.Incoming && tcp.Listener?.Owner is INetworkRouter router)
        {
            router.Incoming(now, tcp);
            return;
        }
        if ((happened.Events & TcpEvents.Established) == 0 || tcp.Listener?.Owner is not NetworkListener listener)
            return;
        connection = Add(new TunnelConnection(this, tcp, null));
        connection.Happened(now, happened.Events);
        listener.Accept(connection);
    }

    /// <summary>Answers a SYN that a router has let wait.</summary>
    /// <exception cref="DialException">The other side has given up.</exception>
    internal async Task<TunnelConnection> Accept(TcpConnection tcp, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<TunnelConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(now =>
        {
            if (tcp.State != TcpState.Undecided)
            {
                done.TrySetException(new DialException(DialStep.Connect, $"{tcp.Remote} has given up"));
                return;
            }
            Add(new TunnelConnection(this, tcp, done));
            tcp.Accept(now);
        });
        return await done.Task.WaitAsync(cancellation);
    }

    /// <summary>On the network's thread: what a dialler is told.</summary>
    internal DialException Unreached(Timestamp now, Endpoint remote, CloseReason reason)
    {
        var (fault, what) = reason switch
        {
            CloseReason.Refused or CloseReason.Reset => (DialFault.Refused, "it refuses"),
            CloseReason.Unreachable => (DialFault.NoRoute, "routers say that there is no way"),
            _ => (DialFault.TimedOut, Explain(now, remote.Address) ?? "it does not answer"),
        };
        return new DialException(DialStep.Connect, $"no connection to {remote} through the network `{Name}`: {what}") { Fault = fault };
    }

    /// <summary>Runs something on the network's thread, in order.</summary>
    /// <returns>False: that does not run, and neither will this.</returns>
    internal bool Post(Action<Timestamp> request)
    {
        if (Volatile.Read(ref _post) is not { } post)
            return false;
        post(request);
        return true;
    }

    /// <summary>On the network's thread: whether all that was written has been taken by the other sides.</summary>
    internal bool IsDrained()
    {
        while (_leaving.TryPeek(out var tcp) && (tcp.Queued == 0 || tcp.State is TcpState.Closed or TcpState.TimeWait))
            _leaving.Dequeue();
        return _leaving.Count == 0;
    }

    /// <summary>On the network's thread: nobody holds the connection any more; the netstack sends what is left of it.</summary>
    internal void Remove(TunnelConnection connection, TcpConnection tcp)
    {
        if (!_connections.Remove(connection))
            return;
        Interlocked.Decrement(ref _count);
        IsDrained();
        if (_leaving.Count < MostLeaving)
            _leaving.Enqueue(tcp);
    }

    /// <summary>On the network's thread.</summary>
    internal ReadSegment NewSegment()
    {
        if (_spare is not { } segment)
            return new ReadSegment();
        _spare = segment.NextSegment;
        _spares--;
        return segment;
    }

    /// <summary>On the network's thread: these are free.</summary>
    internal void Recycle(ReadSegment? segments)
    {
        while (segments is not null)
        {
            var next = segments.NextSegment;
            segments.Begin(default, 0);
            if (_spares < _mostSpares)
            {
                segments.Append(_spare);
                _spare = segments;
                _spares++;
            }
            segments = next;
        }
    }

    private void Begin(NetworkListener listener)
    {
        if (listener.Listening is not null)
            return;
        listener.Listening = Stack.Listen(listener.Address, listener.Port);
        listener.Listening.Owner = listener;
    }

    private void End(NetworkListener listener)
    {
        if (listener.Listening is { } listening)
            Stack.Close(listening);
        listener.Listening = null;
    }

    private TunnelConnection? Connect(Timestamp now, IpAddress local, Endpoint remote, TaskCompletionSource<TunnelConnection> done)
    {
        if (done.Task.IsCompleted)
            return null;
        if (!Stack.HasAddress(remote.Address) && !Reaches(remote.Address))
        {
            done.TrySetException(new DialException(DialStep.Connect, $"no connection to {remote} through the network `{Name}`: no peer has it in its ranges") { Fault = DialFault.NoRoute });
            return null;
        }
        if (Stack.Connect(now, local, remote) is { } tcp)
            return Add(new TunnelConnection(this, tcp, done));
        done.TrySetException(new DialException(DialStep.Connect, $"no connection to {remote}: the network `{Name}` has too many connections"));
        return null;
    }

    private TunnelConnection Add(TunnelConnection connection)
    {
        _connections.Add(connection);
        Interlocked.Increment(ref _count);
        return connection;
    }
}
