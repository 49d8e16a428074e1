using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Node.Networks;

/// <summary>
/// A UDP port of a network, for the threads of the pool. What waits in either direction is bounded; what comes on top of that is dropped, as networks do.
/// Datagrams change hands by the batch: the network's thread fills one while the pool empties the other, and nothing is allocated once both have grown.
/// </summary>
internal sealed class NetworkSocket : IThreadPoolWorkItem, IDisposable
{
    private readonly VirtualNetwork _network;
    private readonly IpAddress? _address;
    private readonly DatagramTaker _received;
    private readonly Action<Timestamp> _send;
    private readonly Lock _gate = new();

    // Behind the gate.
    private DatagramBatch _arrived = new();
    private DatagramBatch _leaving = new();
    private bool _isTaken;
    private bool _isPosted;
    private bool _isClosed;

    // The pool's, and the network's thread's: what they are emptying.
    private DatagramBatch _taken = new();
    private DatagramBatch _sent = new();

    // The network's thread's own.
    private UdpSocket? _udp;
    private ushort _port;
    private long _dropped;

    /// <summary>Use <see cref="VirtualNetwork.Bind"/>.</summary>
    internal NetworkSocket(VirtualNetwork network, IpAddress? address, ushort port, DatagramTaker received)
    {
        (_network, _address, _port, _received) = (network, address, port, received);
        _send = Send;
    }

    /// <summary>0: it is not open yet.</summary>
    public ushort Port => Volatile.Read(ref _port);

    /// <summary>Of a socket that is bound to one address: where others reach it.</summary>
    public Endpoint Local => new(_address ?? default, Port);

    /// <summary>Datagrams that arrived or were to leave, and found no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>From any thread. The bytes are copied.</summary>
    /// <param name="local">One of the network's own addresses, and this port.</param>
    /// <param name="remote">Of the same family.</param>
    /// <param name="bytes">In fragments where they must be.</param>
    /// <returns>False: it is dropped, since too much waits, or the network or the socket is shut.</returns>
    public bool Send(Endpoint local, Endpoint remote, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_isClosed || !_leaving.TryReserve(bytes.Length, out var copy))
            {
                Interlocked.Increment(ref _dropped);
                return false;
            }
            bytes.CopyTo(copy);
            _leaving.Commit(local, remote, bytes.Length);
            if (_isPosted)
                return true;
            _isPosted = true;
        }
        if (_network.Post(_send))
            return true;
        lock (_gate)
        {
            _isPosted = false;
            _leaving.Clear();
        }
        return false;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
        }
        _network.Remove(this);
    }

    /// <summary>In the pool: hands over what has arrived.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_arrived.IsEmpty || _isClosed)
                {
                    _isTaken = false;
                    return;
                }
                (_arrived, _taken) = (_taken, _arrived);
            }
            while (_taken.TryTake(out var local, out var remote, out var bytes))
                _received(this, local, remote, bytes);
        }
    }

    /// <summary>On the network's thread: opens the port.</summary>
    /// <returns>False: it is another's.</returns>
    internal bool Begin()
    {
        if (_udp is not null)
            return true;
        lock (_gate)
        {
            if (_isClosed)
                return false;
        }
        _udp = _port == 0 ? _network.Stack.TryBindFree(_address!.Value) : _network.Stack.TryBind(_address, _port);
        if (_udp is null)
            return false;
        _udp.Owner = this;
        Volatile.Write(ref _port, _udp.Port);
        return true;
    }

    /// <summary>On the network's thread: gives the port back.</summary>
    internal void End()
    {
        _udp?.Close();
        _udp = null;
    }

    /// <summary>On the network's thread: datagrams have arrived.</summary>
    internal void Take()
    {
        lock (_gate)
        {
            while (_udp is { NextLength: >= 0 and var length })
            {
                if (_arrived.TryReserve(length, out var room))
                {
                    _udp.Receive(room, out var local, out var remote);
                    _arrived.Commit(local, remote, length);
                }
                else
                {
                    _udp.Receive(default, out _, out _);
                    Interlocked.Increment(ref _dropped);
                }
            }
            if (_isTaken || _isClosed || _arrived.IsEmpty)
                return;
            _isTaken = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>On the network's thread: sends what waits.</summary>
    private void Send(Timestamp now)
    {
        lock (_gate)
        {
            _isPosted = false;
            (_leaving, _sent) = (_sent, _leaving);
        }
        while (_sent.TryTake(out var local, out var remote, out var bytes))
        {
            if (_udp?.Send(local, remote, bytes) != true)
                Interlocked.Increment(ref _dropped);
        }
    }
}
