using System.Collections.Concurrent;
using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Node.Networks;
using UdpSocket = Edge.Protocols.Netstack.UdpSocket;

namespace Edge.Node.Tailnet.Routing;

/// <summary>The UDP that a router passes on: a flow for each pair of ends, with a socket of its own. Its tables are the network's thread's.</summary>
internal sealed class UdpFlows : IAsyncDisposable
{
    private const int MostDatagram = ushort.MaxValue;
    private const ushort NamePort = 53;

    private readonly VirtualNetwork _network;
    private readonly Func<IpAddress, bool> _permits;
    private readonly Func<Endpoint, IPEndPoint> _target;
    private readonly uint _mark;
    private readonly RouteLimits _limits;
    private readonly CancellationToken _stopping;
    private readonly ITimer _sweep;
    private readonly Dictionary<(Endpoint Peer, Endpoint Destination), UdpFlow> _flows = [];
    private readonly PeerCounts _counts;
    private readonly List<UdpFlow> _idle = [];
    private readonly ConcurrentDictionary<Task, bool> _running = [];
    private readonly byte[] _datagram = new byte[MostDatagram];

    public UdpFlows(
        VirtualNetwork network, Func<IpAddress, bool> permits, Func<Endpoint, IPEndPoint> target, uint mark, TimeProvider time, RouteLimits limits, CancellationToken stopping)
    {
        (_network, _permits, _target, _mark, _limits, _stopping) = (network, permits, target, mark, limits, stopping);
        _counts = new PeerCounts(limits.Flows, limits.FlowsOfPeer);
        var interval = limits.IdleName / 2;
        _sweep = time.CreateTimer(_ => _network.Post(Sweep), null, interval, interval);
    }

    public int Count => _flows.Count;

    /// <summary>Passes on what has arrived.</summary>
    public void Take(Timestamp now, UdpSocket socket)
    {
        while (socket.Receive(_datagram, out var destination, out var peer) is >= 0 and var length)
        {
            if (_network.Addresses.Contains(destination.Address) || FlowOf(socket, peer, destination) is not { } flow)
                continue;
            flow.LastUsed = now;
            flow.Send(_datagram.AsSpan(0, length));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        await Task.WhenAll(_running.Keys);
    }

    private UdpFlow? FlowOf(UdpSocket socket, Endpoint peer, Endpoint destination)
    {
        if (_flows.TryGetValue((peer, destination), out var flow))
            return flow;
        if (_stopping.IsCancellationRequested || !_counts.TryAdd(peer.Address))
            return null;
        flow = new UdpFlow(peer, destination);
        _flows.Add((peer, destination), flow);
        var running = Task.Run(() => Run(flow, socket));
        _running[running] = true;
        _ = running.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
        return flow;
    }

    private async Task Run(UdpFlow flow, UdpSocket socket)
    {
        if (_permits(flow.Destination.Address))
            await flow.Run(_target(flow.Destination), _mark, (length, bytes) => Return(flow, socket, bytes.AsMemory(0, length)), _stopping);
        _network.Post(_ => Remove(flow));
        flow.Dispose();
    }

    /// <summary>Waits until the datagram has been taken: a flow has one on its way at a time, and the rest waits, or is lost, in its socket.</summary>
    private Task Return(UdpFlow flow, UdpSocket socket, ReadOnlyMemory<byte> bytes)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _network.Post(now =>
        {
            flow.LastUsed = now;
            socket.Send(flow.Destination, flow.Peer, bytes.Span);
            done.SetResult();
        });
        return done.Task.WaitAsync(_stopping);
    }

    private void Sweep(Timestamp now)
    {
        foreach (var flow in _flows.Values)
        {
            if (now - flow.LastUsed > (flow.Destination.Port == NamePort ? _limits.IdleName : _limits.IdleFlow))
                _idle.Add(flow);
        }
        foreach (var flow in _idle)
        {
            Remove(flow);
            flow.End();
        }
        _idle.Clear();
    }

    private void Remove(UdpFlow flow)
    {
        // Another may have taken its place.
        if (!_flows.TryGetValue((flow.Peer, flow.Destination), out var there) || there != flow)
            return;
        _flows.Remove((flow.Peer, flow.Destination));
        _counts.Remove(flow.Peer.Address);
    }
}
