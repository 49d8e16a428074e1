using Edge.Dataplane;
using Edge.Foundation.Addresses;
using Edge.Io;

namespace Edge.Node.Networks;

// UDP, and what this side offers to itself.
internal sealed partial class VirtualNetwork
{
    private readonly List<NetworkSocket> _sockets = [];
    private IpAddress[] _ownServices = [];

    ReadOnlySpan<IpAddress> INetstackUser.OwnServices => _ownServices;

    /// <summary>
    /// Adds addresses at which something answers this side alone, such as the name server's: peers' packets to them are dropped. Before the network runs.
    /// </summary>
    public void AddOwnServices(params ReadOnlySpan<IpAddress> addresses)
    {
        _ownServices = [.. _ownServices, .. addresses];
        foreach (var address in addresses)
            Stack.AddAddress(address);
    }

    /// <summary>Opens a UDP port, at once or when the network comes up. Dispose of it to close it.</summary>
    /// <param name="address">One of ours; null: all of ours.</param>
    /// <param name="port">Not 0. That nobody else has it is the caller's to see to: a taken port stays shut.</param>
    /// <param name="received">Takes each datagram, in the pool; it neither blocks nor throws.</param>
    public NetworkSocket Bind(IpAddress? address, ushort port, DatagramTaker received)
    {
        var socket = new NetworkSocket(this, address, port, received);
        lock (_lock)
        {
            _sockets.Add(socket);
            _post?.Invoke(_ => socket.Begin());
        }
        return socket;
    }

    /// <summary>Opens a UDP port that was free and that nobody can guess, for talking to an address. Dispose of it to close it.</summary>
    /// <exception cref="DialException">There is none, and why.</exception>
    public async ValueTask<NetworkSocket> BindFree(IpAddress remote, DatagramTaker received, CancellationToken cancellation)
    {
        var local = Addresses.FirstOrDefault(address => address.IsV4 == remote.IsV4);
        if (local == default)
            throw new DialException(DialStep.Connect, $"no datagrams to {remote}: the network `{Name}` has no {(remote.IsV4 ? "IPv4" : "IPv6")} address of its own");
        var socket = new NetworkSocket(this, local, 0, received);
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _sockets.Add(socket);
        try
        {
            if (!Post(_ => done.TrySetResult(socket.Begin())))
                throw new DialException(DialStep.Connect, $"no datagrams to {remote}: the network `{Name}` {_state}");
            if (!await done.Task.WaitAsync(s_dialling, cancellation))
                throw new DialException(DialStep.Connect, $"no datagrams to {remote}: the network `{Name}` has no UDP port left");
            return socket;
        }
        catch (Exception failure)
        {
            socket.Dispose();
            if (failure is TimeoutException)
                throw new DialException(DialStep.Connect, $"no datagrams to {remote}: the network `{Name}` does not answer");
            throw;
        }
    }

    internal void Remove(NetworkSocket socket)
    {
        lock (_lock)
            _sockets.Remove(socket);
        Post(_ => socket.End());
    }
}
