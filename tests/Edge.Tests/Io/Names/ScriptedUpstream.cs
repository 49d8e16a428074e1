using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Edge.Io.Names;

namespace Edge.Tests.Io.Names;

/// <summary>A name server on loopback whose answers a test writes; null: none.</summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _connections;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loops;

    public ScriptedUpstream()
    {
        while (true)
        {
            try
            {
                _datagrams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                _connections = new TcpListener((IPEndPoint)_datagrams.LocalEndPoint!);
                _connections.Start();
                break;
            }
            catch (SocketException)
            {
                // The port is taken for TCP.
                _datagrams.Dispose();
                _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            }
        }
        _loops = Task.WhenAll(AnswerDatagrams(), AnswerConnections());
    }

    public IPEndPoint Address => (IPEndPoint)_datagrams.LocalEndPoint!;

    public Func<byte[], byte[]?> OnDatagram { get; set; } = static _ => null;

    public Func<byte[], byte[]?> OnStream { get; set; } = static _ => null;

    /// <summary>`udp` and `tcp`, as questions came.</summary>
    public ConcurrentQueue<string> Seen { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loops;
        _datagrams.Dispose();
        _connections.Dispose();
        _stop.Dispose();
    }

    private async Task AnswerDatagrams()
    {
        var buffer = new byte[ushort.MaxValue];
        try
        {
            while (true)
            {
                var got = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                Seen.Enqueue("udp");
                if (OnDatagram(buffer[..got.ReceivedBytes]) is { } answer)
                    await _datagrams.SendToAsync(answer, got.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task AnswerConnections()
    {
        try
        {
            while (true)
            {
                using var client = await _connections.AcceptTcpClientAsync(_stop.Token);
                var query = await DnsStream.Read(client.GetStream(), _stop.Token);
                Seen.Enqueue("tcp");
                if (query is not null && OnStream(query) is { } answer)
                    await DnsStream.Write(client.GetStream(), answer, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
