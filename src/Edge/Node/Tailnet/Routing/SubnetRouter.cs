using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Protocols.Netstack;
using TcpListener = Edge.Protocols.Netstack.TcpListener;
using UdpSocket = Edge.Protocols.Netstack.UdpSocket;

namespace Edge.Node.Tailnet.Routing;

/// <summary>
/// Routes peers' connections into the networks that this node advertises, and as an exit node to the internet: a TCP connection is answered when the
/// host has reached its destination, and refused as the destination does; UDP goes out by a socket for each flow. Everything is bounded, in all and
/// for each peer, so that one of them cannot take it from the others. Other protocols are not routed.
/// </summary>
internal sealed class SubnetRouter : INetworkRouter, IAsyncDisposable
{
    private readonly VirtualNetwork _network;
    private readonly RoutePolicy _policy;
    private readonly RouteLimits _limits;
    private readonly Func<IReadOnlyCollection<IpAddress>> _own;
    private readonly uint _mark;
    private readonly CancellationTokenSource _stop = new();
    private readonly UdpFlows _flows;
    private readonly ConcurrentDictionary<Task, bool> _serving = [];

    // The network's thread's own.
    private readonly PeerCounts _open;
    private TcpListener? _listener;
    private UdpSocket? _socket;

    /// <param name="network">Whose peers are served.</param>
    /// <param name="policy">What they reach.</param>
    /// <param name="own">The host's addresses now; asked beside the network's thread.</param>
    /// <param name="time">For idle flows.</param>
    /// <param name="limits">How much there may be of all.</param>
    /// <param name="mark">Of the host's sockets, for policy routing; 0: none.</param>
    public SubnetRouter(VirtualNetwork network, RoutePolicy policy, Func<IReadOnlyCollection<IpAddress>> own, TimeProvider time, RouteLimits? limits = null, uint mark = 0)
    {
        (_network, _policy, _own, _limits, _mark) = (network, policy, own, limits ?? new(), mark);
        _open = new PeerCounts(_limits.Connections, _limits.ConnectionsOfPeer);
        _flows = new UdpFlows(network, Permits, destination => Target(destination), mark, time, _limits, _stop.Token);
    }

    /// <summary>On the network's thread: UDP flows there are.</summary>
    internal int Flows => _flows.Count;

    /// <summary>Where a destination is from here; tests have theirs on loopback.</summary>
    internal Func<Endpoint, IPEndPoint> Target { get; init; } = static destination => new(destination.Address.ToIPAddress(), destination.Port);

    /// <summary>On the network's thread: takes what comes for others from now on.</summary>
    public void Begin(Timestamp now)
    {
        if (_listener is not null)
            return;
        _listener = _network.Stack.Listen(null, 0, asks: true);
        _listener.Owner = this;
        _socket = _network.Stack.Bind(null, 0);
        _socket.Owner = this;
    }

    void INetworkRouter.Incoming(Timestamp now, TcpConnection tcp)
    {
        var (destination, peer) = (tcp.Local, tcp.Remote.Address);
        // A port of this node's own that nothing listens on.
        if (_network.Addresses.Contains(destination.Address))
        {
            tcp.Reject(RejectKind.Reset);
            return;
        }
        if (_stop.IsCancellationRequested || !_open.TryAdd(peer))
        {
            tcp.Reject(RejectKind.Silence);
            return;
        }
        var serving = Task.Run(() => Serve(tcp, destination, peer));
        _serving[serving] = true;
        _ = serving.ContinueWith(done => _serving.TryRemove(done, out _), TaskScheduler.Default);
    }

    void INetworkRouter.Arrived(Timestamp now, UdpSocket socket) => _flows.Take(now, socket);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_serving.Keys);
        await _flows.DisposeAsync();
        _stop.Dispose();
    }

    private bool Permits(IpAddress destination)
    {
        try
        {
            return _policy.Permits(destination, _own());
        }
        catch (IOException)
        {
            // Whoever does not know its own addresses cannot keep peers from them.
            return false;
        }
    }

    private async Task Serve(TcpConnection tcp, Endpoint destination, IpAddress peer)
    {
        var cancellation = _stop.Token;
        try
        {
            if (!Permits(destination.Address))
            {
                Reject(tcp, RejectKind.Prohibited);
                return;
            }
            var target = Target(destination);
            using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (await Reach(socket, target, cancellation) is { } refusal)
            {
                Reject(tcp, refusal);
                return;
            }
            await using var far = new TunnelStream(await _network.Accept(tcp, cancellation));
            await using var near = new NetworkStream(socket);
            await JoinedStreams.Join(near, socket, far, cancellation);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // One of the two went away, or the network ends.
        }
        finally
        {
            _network.Post(_ => _open.Remove(peer));
        }
    }

    /// <summary>Null: it is reached.</summary>
    private async Task<RejectKind?> Reach(Socket socket, IPEndPoint target, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limits.Dialling);
        try
        {
            SocketMark.Set(socket, _mark);
            await socket.ConnectAsync(target, limit.Token);
            return null;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset ? RejectKind.Reset : RejectKind.Unreachable;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return RejectKind.Silence;
        }
    }

    private void Reject(TcpConnection tcp, RejectKind kind) => _network.Post(_ => tcp.Reject(kind));
}
