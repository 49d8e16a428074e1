using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Io;
using Microsoft.Extensions.Logging;

namespace Edge.Node.Networks;

/// <summary>
/// A door into a network for other programs of this host: SOCKS5 or HTTP's CONNECT on a local address. It leads into the network and nowhere else.
/// </summary>
/// <param name="network">Where it leads.</param>
/// <param name="isSocks">SOCKS5; else HTTP.</param>
/// <param name="address">Where it listens.</param>
/// <param name="dialler">Dials through the network.</param>
/// <param name="options">Those of the networks.</param>
internal sealed class LocalProxy(VirtualNetwork network, bool isSocks, HostPort address, IDialler dialler, NetworkOptions options) : IAsyncDisposable
{
    // A program may hold as many connections at once; what comes then waits to be accepted.
    private const int MostConnections = 4_096;
    private const int BufferSize = 64 * 1024;

    // From the first byte to the end of what is asked.
    private static readonly TimeSpan s_asking = TimeSpan.FromSeconds(30);

    private readonly ILogger _log = options.Logs.CreateLogger("network");
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _free = new(MostConnections);
    private readonly List<Socket> _listening = [];
    private Task _accepting = Task.CompletedTask;

    private string Kind => isSocks ? "SOCKS5" : "HTTP proxy";

    /// <summary>Where it is bound; null before that, or where it could not be.</summary>
    public EndPoint? Bound => _listening.Count > 0 ? _listening[0].LocalEndPoint : null;

    /// <summary>Opens it. What keeps it from listening is said in the log, and everything else goes on.</summary>
    public async Task Start()
    {
        try
        {
            IReadOnlyList<IPAddress> addresses = address.Address is { } literal ? [literal] : await options.Resolver.Resolve(address.Host, _stop.Token);
            foreach (var one in addresses)
            {
                var socket = ListenSocket.Bind(new IPEndPoint(one, address.Port));
                _listening.Add(socket);
                socket.Listen();
            }
            var listening = address.ToString();
            _log.ProxyUp(network.Name, Kind, listening);
            _accepting = Task.WhenAll(_listening.Select(Accept));
        }
        catch (Exception failure) when (failure is SocketException or DialException)
        {
            _log.ProxyNotUp(network.Name, Kind, address.ToString(), failure is SocketException socket ? socket.SocketErrorCode.ToString() : failure.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var socket in _listening)
            socket.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task Accept(Socket listening)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _free.WaitAsync(_stop.Token);
                _ = Serve(await listening.AcceptAsync(_stop.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client went away while it waited, or this process has too many files open: the next one may be luckier.
                _free.Release();
                await Task.Delay(TimeSpan.FromMilliseconds(10), options.Time, CancellationToken.None);
            }
        }
    }

    private async Task Serve(Socket client)
    {
        try
        {
            client.NoDelay = true;
            await using var near = new NetworkStream(client, ownsSocket: true);
            var buffer = new byte[isSocks ? SocksMessage.Longest : ConnectMessage.Longest];
            using var asking = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            asking.CancelAfter(s_asking);
            var asked = isSocks ? await AskedBySocks(near, buffer, asking.Token) : await AskedByHttp(near, buffer, asking.Token);
            if (asked is not { } request)
                return;
            Stream far;
            try
            {
                far = await dialler.Dial(request.Target.Host, request.Target.Port, _stop.Token);
            }
            catch (DialException failure)
            {
                await Refuse(near, failure, _stop.Token);
                return;
            }
            await using (far)
            {
                await near.WriteAsync(isSocks ? SocksMessage.Reply(SocksMessage.Succeeded) : "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
                // What a client sent before it was answered belongs to the connection.
                await far.WriteAsync(buffer.AsMemory(request.Used..request.Read), _stop.Token);
                await Join(near, client, far);
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // One of the two went away, or the server ends.
            _log.ProxyConnectionEnded(network.Name, Kind, failure.Message);
        }
        catch (Exception failure)
        {
            // Nobody waits for this task.
            _log.ProxyFailed(network.Name, Kind, failure);
        }
        finally
        {
            _free.Release();
        }
    }

    private static async Task<Request?> AskedBySocks(NetworkStream near, byte[] buffer, CancellationToken cancellation)
    {
        var read = 0;
        SocksVerdict verdict;
        int length;
        bool isOpen;
        while ((verdict = SocksMessage.ReadGreeting(buffer.AsSpan(0, read), out length, out isOpen)) == SocksVerdict.NeedsMore)
        {
            if (await near.ReadAsync(buffer.AsMemory(read), cancellation) is not (> 0 and var more))
                return null;
            read += more;
        }
        if (verdict == SocksVerdict.Malformed)
            return null;
        await near.WriteAsync(new byte[] { SocksMessage.Version, isOpen ? SocksMessage.NoAuthentication : SocksMessage.NoAcceptableMethod }, cancellation);
        if (!isOpen)
            return null;
        buffer.AsSpan(length, read - length).CopyTo(buffer);
        read -= length;
        byte command;
        HostPort? target;
        while ((verdict = SocksMessage.ReadRequest(buffer.AsSpan(0, read), out length, out command, out target)) == SocksVerdict.NeedsMore)
        {
            if (await near.ReadAsync(buffer.AsMemory(read), cancellation) is not (> 0 and var more))
                return null;
            read += more;
        }
        if (verdict == SocksVerdict.Malformed)
            return null;
        if (command == SocksMessage.Connect && target is not null)
            return new Request(target, length, read);
        await near.WriteAsync(SocksMessage.Reply(command == SocksMessage.Connect ? SocksMessage.AddressTypeNotSupported : SocksMessage.CommandNotSupported), cancellation);
        return null;
    }

    private static async Task<Request?> AskedByHttp(NetworkStream near, byte[] buffer, CancellationToken cancellation)
    {
        var read = 0;
        int length;
        bool isConnect;
        HostPort? target;
        while (!ConnectMessage.TryRead(buffer.AsSpan(0, read), out length, out isConnect, out target))
        {
            if (read == buffer.Length)
            {
                await Answer(near, "431 Request Header Fields Too Large", "the head of the request is too long", cancellation);
                return null;
            }
            if (await near.ReadAsync(buffer.AsMemory(read), cancellation) is not (> 0 and var more))
                return null;
            read += more;
        }
        if (target is not null)
            return new Request(target, length, read);
        if (isConnect)
            await Answer(near, "400 Bad Request", "CONNECT wants HOST:PORT", cancellation);
        else
            await Answer(near, "405 Method Not Allowed\r\nAllow: CONNECT", "this proxy leads into a network's tunnel and knows CONNECT only", cancellation);
        return null;
    }

    private async Task Refuse(NetworkStream near, DialException failure, CancellationToken cancellation)
    {
        if (!isSocks)
        {
            await Answer(near, failure.Fault == DialFault.TimedOut ? "504 Gateway Timeout" : "502 Bad Gateway", failure.Message, cancellation);
            return;
        }
        await near.WriteAsync(SocksMessage.Reply(failure.Fault switch
        {
            DialFault.Refused => SocksMessage.Refused,
            DialFault.NoRoute => SocksMessage.NetworkUnreachable,
            DialFault.TimedOut => SocksMessage.TimedOut,
            _ => failure.Step == DialStep.LookUp ? SocksMessage.HostUnreachable : SocksMessage.GeneralFailure,
        }), cancellation);
    }

    private static async Task Answer(NetworkStream near, string status, string text, CancellationToken cancellation) =>
        await near.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(text) + 1}\r\nConnection: close\r\n\r\n{text}\n"), cancellation);

    /// <summary>Both directions, each to its own end; a break of one ends the other.</summary>
    private async Task Join(NetworkStream near, Socket client, Stream far)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var there = Copy(near, far, () => (far as TunnelStream)?.FinishWriting(), broken);
        var back = Copy(far, near, () => client.Shutdown(SocketShutdown.Send), broken);
        await Task.WhenAll(there, back);
    }

    private static async Task Copy(Stream from, Stream to, Action finish, CancellationTokenSource broken)
    {
        try
        {
            await from.CopyToAsync(to, BufferSize, broken.Token);
            finish();
        }
        catch
        {
            await broken.CancelAsync();
            throw;
        }
    }

    /// <param name="Target">Where to.</param>
    /// <param name="Used">Bytes of the message.</param>
    /// <param name="Read">Bytes that were read.</param>
    private readonly record struct Request(HostPort Target, int Used, int Read);
}
