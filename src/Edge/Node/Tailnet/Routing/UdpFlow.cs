using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Io;

namespace Edge.Node.Tailnet.Routing;

/// <summary>One peer's datagrams to one destination, and the answers.</summary>
internal sealed class UdpFlow(Endpoint peer, Endpoint destination) : IDisposable
{
    // Datagrams that wait for the socket, which is not opened on the network's thread.
    private const int MostWaiting = 8;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private Queue<byte[]>? _waiting = new();
    private Socket? _socket;

    public Endpoint Peer => peer;

    public Endpoint Destination => destination;

    /// <summary>The network's thread's own.</summary>
    public Timestamp LastUsed { get; set; }

    /// <summary>On the network's thread. What cannot be sent now is lost, as datagrams are.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        Socket socket;
        lock (_lock)
        {
            if (_waiting is { Count: < MostWaiting })
                _waiting.Enqueue(bytes.ToArray());
            if (_waiting is not null || _socket is null)
                return;
            socket = _socket;
        }
        try
        {
            socket.Send(bytes, SocketFlags.None, out _);
        }
        catch (ObjectDisposedException)
        {
            // The flow ends at this moment.
        }
    }

    /// <summary>Opens the socket and hands on what comes back, until the flow ends.</summary>
    public async Task Run(IPEndPoint target, uint mark, Func<int, byte[], Task> arrived, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ending.Token);
        var buffer = new byte[ushort.MaxValue];
        try
        {
            var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            lock (_lock)
                _socket = socket;
            SocketMark.Set(socket, mark);
            // Connected, so that nobody else's datagrams are taken.
            await socket.ConnectAsync(target, either.Token);
            SendWaiting(socket);
            while (true)
            {
                try
                {
                    await arrived(await socket.ReceiveAsync(buffer, either.Token), buffer);
                }
                catch (SocketException failure) when (failure.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
                {
                    // Nothing listens there now.
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It cannot be reached, or the flow ends.
        }
    }

    /// <summary>Has <see cref="Run"/> return.</summary>
    public void End() => ThreadPool.UnsafeQueueUserWorkItem(static ending => ending.Cancel(), _ending, preferLocal: false);

    public void Dispose()
    {
        lock (_lock)
        {
            _waiting = null;
            _socket?.Dispose();
            _socket = null;
        }
    }

    private void SendWaiting(Socket socket)
    {
        lock (_lock)
        {
            foreach (var datagram in _waiting ?? [])
                socket.Send(datagram, SocketFlags.None, out _);
            _waiting = null;
        }
    }
}
