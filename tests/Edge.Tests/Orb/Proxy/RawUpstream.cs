using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Edge.Tests.Orb.Proxy;

/// <summary>An upstream that does with each connection what a test says, byte by byte.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, Task> _serve;
    private readonly Task _loop;
    private int _connections;

    public RawUpstream(Func<NetworkStream, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        _loop = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>An upstream that answers every request with these bytes, then closes.</summary>
    public static RawUpstream Answering(string response) => new(async stream =>
    {
        await ReadHead(stream);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(response));
    });

    /// <summary>A port on which nothing listens.</summary>
    public static int ClosedPort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    /// <summary>A request's head, with its final empty line; what came of the body is dropped.</summary>
    public static async Task<string> ReadHead(Stream stream)
    {
        var bytes = new byte[65536];
        var length = 0;
        while (true)
        {
            var count = await stream.ReadAsync(bytes.AsMemory(length)).AsTask().WaitAsync(Limits.Generous);
            length += count;
            var text = Encoding.Latin1.GetString(bytes, 0, length);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0) return text[..(end + 4)];
            if (count == 0) return text;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task Serve(TcpClient client)
    {
        Interlocked.Increment(ref _connections);
        using (client)
        {
            try
            {
                await _serve(client.GetStream());
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or TimeoutException)
            {
            }
        }
    }
}
