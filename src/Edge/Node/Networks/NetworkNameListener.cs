using Edge.Foundation.Addresses;
using Edge.Io.Names;
using Edge.Protocols.Dns;

namespace Edge.Node.Networks;

/// <summary>
/// Answers names inside of a network, at 100.100.100.100 and fd7a:115c:a1e0::53, over UDP and TCP: for what this side dials there, for nobody else. Bounded as
/// <see cref="NameListener"/> is.
/// </summary>
internal sealed class NetworkNameListener : IAsyncDisposable
{
    private const ushort Port = 53;
    private const int MostDatagrams = 512;
    private const int MostConnections = 64;

    private readonly VirtualNetwork _network;
    private readonly INameServer _server;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly NetworkSocket[] _datagrams;
    private readonly NetworkListener[] _connections;
    private int _datagramsUnderWay;
    private int _connectionsOpen;

    /// <param name="network">It has the addresses from here on. It does not run yet.</param>
    /// <param name="server">Answers.</param>
    /// <param name="time">For idle connections.</param>
    public NetworkNameListener(VirtualNetwork network, INameServer server, TimeProvider time)
    {
        (_network, _server, _time) = (network, server, time);
        IpAddress[] addresses = [MagicDns.ServerV4, MagicDns.ServerV6];
        network.AddOwnServices(addresses);
        _datagrams = [.. addresses.Select(address => network.Bind(address, Port, Take))];
        _connections = [.. addresses.Select(address => network.Listen(Port, Take, address))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _datagrams)
            socket.Dispose();
        foreach (var listener in _connections)
            _network.Close(listener);
        await _stop.CancelAsync();
    }

    private void Take(NetworkSocket socket, Endpoint local, Endpoint remote, ReadOnlySpan<byte> bytes)
    {
        if (!NameConversation.IsQuestion(bytes) || Volatile.Read(ref _datagramsUnderWay) >= MostDatagrams)
            return;
        Interlocked.Increment(ref _datagramsUnderWay);
        _ = Answer(socket, local, remote, bytes.ToArray());
    }

    private async Task Answer(NetworkSocket socket, Endpoint local, Endpoint remote, byte[] query)
    {
        try
        {
            var answer = await _server.Ask(query, DnsTransport.Udp);
            socket.Send(local, remote, answer.Span);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The server stops.
        }
        finally
        {
            Interlocked.Decrement(ref _datagramsUnderWay);
        }
    }

    // On the network's thread.
    private void Take(TunnelConnection connection)
    {
        if (Interlocked.Increment(ref _connectionsOpen) <= MostConnections)
        {
            _ = Task.Run(() => Hold(connection));
            return;
        }
        Interlocked.Decrement(ref _connectionsOpen);
        connection.Abort();
        connection.Release();
    }

    private async Task Hold(TunnelConnection connection)
    {
        await NameConversation.Hold(new TunnelStream(connection), _server, _time, _stop.Token);
        Interlocked.Decrement(ref _connectionsOpen);
    }
}
