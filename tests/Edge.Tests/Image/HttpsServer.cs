using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Edge.Tests.Image;

/// <summary>Port 443 of a namespace's loopback: answers every request with 204 and remembers its lines.</summary>
internal sealed class HttpsServer : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly TcpListener _listener;
    private readonly Task _loop;
    private readonly CancellationTokenSource _stop = new();

    public HttpsServer(NetworkNamespace network, X509Certificate2 certificate)
    {
        _certificate = certificate;
        _listener = network.Run(() =>
        {
            var listener = new TcpListener(IPAddress.Loopback, 443);
            listener.Start();
            return listener;
        });
        _loop = Accept();
    }

    /// <summary>The lines of the requests' heads.</summary>
    public ConcurrentQueue<string> Lines { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _listener.Dispose();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await Serve(client.GetStream());
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task Serve(NetworkStream stream)
    {
        await using var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
            using var reader = new StreamReader(tls, leaveOpen: true);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
                Lines.Enqueue(line);
            await tls.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // A client that refuses the certificate hangs up: that is what its test looks at, from the client's side.
        }
    }
}
