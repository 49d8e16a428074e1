using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>
/// Answers other programs on an address of the host, over UDP and TCP. Bounded: datagrams beyond those under way are dropped, and their senders ask again;
/// connections beyond the limit are closed at once, those that are idle for ten seconds then (RFC 7766 section 6.2.3).
/// </summary>
internal sealed class NameListener : IAsyncDisposable
{
    /// <summary>Datagrams under way.</summary>
    private const int MostDatagrams = 512;
    private const int MostConnections = 64;

    private readonly INameServer _server;
    private readonly TimeProvider _time;
    private readonly Socket _datagrams;
    private readonly Socket _connections;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private int _datagramsUnderWay;
    private int _connectionsOpen;

    private NameListener(INameServer server, TimeProvider time, Socket datagrams, Socket connections)
    {
        _server = server;
        _time = time;
        _datagrams = datagrams;
        _connections = connections;
    }

    public IPEndPoint Address => (IPEndPoint)_datagrams.LocalEndPoint!;

    /// <param name="address">Port 0 lets the system choose one that is free for both.</param>
    /// <param name="server">Answers.</param>
    /// <param name="time">For idle connections.</param>
    /// <exception cref="IOException">Which address could not be taken, why, and what to do.</exception>
    public static NameListener Open(IPEndPoint address, INameServer server, TimeProvider time)
    {
        Socket datagrams, connections;
        // A port that is free for one may be taken for the other.
        for (var tries = 8; !TryBind(address, out datagrams, out connections, out var error); tries--)
        {
            if (address.Port == 0 && tries > 0)
                continue;
            var advice = error.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another name server runs there: choose another address, such as 127.0.0.54:53",
                SocketError.AccessDenied => "ports below 1024 take CAP_NET_BIND_SERVICE: grant it, or choose a higher port",
                SocketError.AddressNotAvailable => "it is no address of this host",
                _ => "choose another address",
            };
            throw new IOException($"names cannot be answered on {address}: {error.SocketErrorCode}; {advice}", error);
        }
        var listener = new NameListener(server, time, datagrams, connections);
        listener._loops.Add(listener.TakeDatagrams());
        listener._loops.Add(listener.TakeConnections());
        return listener;
    }

    private static bool TryBind(IPEndPoint address, out Socket datagrams, out Socket connections, [NotNullWhen(false)] out SocketException? error)
    {
        datagrams = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        connections = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        error = null;
        try
        {
            datagrams.Bind(address);
            connections.Bind(datagrams.LocalEndPoint!);
            connections.Listen(MostConnections);
            return true;
        }
        catch (SocketException e)
        {
            datagrams.Dispose();
            connections.Dispose();
            error = e;
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        _datagrams.Dispose();
        _connections.Dispose();
        _stop.Dispose();
    }

    private async Task TakeDatagrams()
    {
        var buffer = new byte[ushort.MaxValue];
        var anybody = new IPEndPoint(_datagrams.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            SocketReceiveFromResult got;
            try
            {
                got = await _datagrams.ReceiveFromAsync(buffer, anybody, _stop.Token);
            }
            catch (SocketException)
            {
                // A port that an answer was sent to is closed: not this socket's fault.
                continue;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (!NameConversation.IsQuestion(buffer.AsSpan(0, got.ReceivedBytes)) || Volatile.Read(ref _datagramsUnderWay) >= MostDatagrams)
                continue;
            Interlocked.Increment(ref _datagramsUnderWay);
            _ = AnswerDatagram(buffer.AsMemory(0, got.ReceivedBytes).ToArray(), got.RemoteEndPoint);
        }
    }

    private async Task AnswerDatagram(byte[] query, EndPoint from)
    {
        try
        {
            await _datagrams.SendToAsync(await _server.Ask(query, DnsTransport.Udp), from, _stop.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It asks again, or it is gone.
        }
        finally
        {
            Interlocked.Decrement(ref _datagramsUnderWay);
        }
    }

    private async Task TakeConnections()
    {
        while (true)
        {
            try
            {
                var socket = await _connections.AcceptAsync(_stop.Token);
                if (Interlocked.Increment(ref _connectionsOpen) <= MostConnections)
                {
                    _ = Serve(socket);
                    continue;
                }
                Interlocked.Decrement(ref _connectionsOpen);
                socket.Dispose();
            }
            catch (SocketException)
            {
                // Who connected went away at once, or there is no descriptor left, which takes a moment to change.
                await Task.Delay(TimeSpan.FromMilliseconds(20), _time);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Serve(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            await NameConversation.Hold(new NetworkStream(socket, ownsSocket: true), _server, _time, _stop.Token);
        }
        catch (SocketException)
        {
            // It went away at once.
            socket.Dispose();
        }
        finally
        {
            Interlocked.Decrement(ref _connectionsOpen);
        }
    }
}
