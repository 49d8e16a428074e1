using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Edge.Tests.Relay;

/// <summary>What stands before a relay in some networks: it ends TLS, lets WebSockets through and refuses all other upgrades.</summary>
internal sealed class NarrowProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _relayPort;
    private readonly Task _accepting;
    private int _refused;

    private NarrowProxy(int relayPort)
    {
        _relayPort = relayPort;
        _listener.Start();
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Refused => Volatile.Read(ref _refused);

    public static Task<NarrowProxy> Start(int relayPort) => Task.FromResult(new NarrowProxy(relayPort));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task Accept()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=narrow", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptTcpClientAsync(_stopping.Token), certificate);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Serve(TcpClient client, X509Certificate2 certificate)
    {
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(certificate);
            var buffer = new byte[4096];
            var length = await tls.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false, _stopping.Token);
            while (!Encoding.ASCII.GetString(buffer, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
                length += await tls.ReadAsync(buffer.AsMemory(length), _stopping.Token);
            if (!Encoding.ASCII.GetString(buffer, 0, length).Contains("Upgrade: websocket", StringComparison.OrdinalIgnoreCase))
            {
                Interlocked.Increment(ref _refused);
                await tls.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stopping.Token);
                return;
            }
            using var relay = new TcpClient();
            await relay.ConnectAsync(IPAddress.Loopback, _relayPort, _stopping.Token);
            await using var onward = new SslStream(relay.GetStream(), leaveInnerStreamOpen: false, static (_, _, _, _) => true);
            await onward.AuthenticateAsClientAsync("relay");
            await onward.WriteAsync(buffer.AsMemory(0, length), _stopping.Token);
            await Task.WhenAny(Pump(tls, onward), Pump(onward, tls));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
        }
        finally
        {
            client.Dispose();
        }
    }

    private async Task Pump(SslStream from, SslStream to)
    {
        try
        {
            await from.CopyToAsync(to, _stopping.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
