using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Edge.Io;

namespace Edge.Tests.Io.Http;

/// <summary>
/// An HTTP server on loopback that answers what a test tells it, one request a connection. It is the way there too: whoever dials by it comes here,
/// whatever host was named.
/// </summary>
internal sealed class ScriptedHttp : IDialler, IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Func<SeenRequest, string?> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly Channel<SeenRequest> _seen = Channel.CreateUnbounded<SeenRequest>();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _run;

    /// <param name="answer">The whole answer; null: none ever. Called on any thread.</param>
    /// <param name="certificate">For TLS; null: none.</param>
    public ScriptedHttp(Func<SeenRequest, string?> answer, X509Certificate2? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        _run = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The hosts that were dialled.</summary>
    public ConcurrentQueue<string> Dialled { get; } = new();

    public static string Answer(int status, string body = "", string fields = "") =>
        $"HTTP/1.1 {status} X\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n{fields}\r\n{body}";

    public async ValueTask<Stream> Dial(string host, int port, CancellationToken cancellation)
    {
        Dialled.Enqueue($"{host}:{port}");
        return await new HostConnector().Connect(new IPEndPoint(IPAddress.Loopback, Port), cancellation);
    }

    /// <summary>The next request.</summary>
    public async Task<SeenRequest> Next(CancellationToken cancellation) => await _seen.Reader.ReadAsync(cancellation);

    /// <summary>The requests that nobody took, in order.</summary>
    public IEnumerable<SeenRequest> Rest()
    {
        while (_seen.Reader.TryRead(out var request))
            yield return request;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _run;
        await Task.WhenAll(_serving);
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                _serving.Add(Serve(await _listener.AcceptSocketAsync(_ending.Token)));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task Serve(Socket socket)
    {
        try
        {
            await using Stream plain = new NetworkStream(socket, ownsSocket: true);
            await using var tls = _certificate is null ? null : new SslStream(plain);
            if (tls is not null)
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _ending.Token);
            var stream = tls ?? plain;
            var request = await Read(stream, _ending.Token);
            var answer = _answer(request);
            await _seen.Writer.WriteAsync(request);
            if (answer is null)
                await Task.Delay(Timeout.Infinite, _ending.Token);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer!), _ending.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or AuthenticationException)
        {
            // The client has enough, or the test is over.
        }
    }

    private static async Task<SeenRequest> Read(Stream stream, CancellationToken cancellation)
    {
        var (head, one) = (new StringBuilder(), new byte[1]);
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancellation) == 0) throw new EndOfStreamException();
            head.Append((char)one[0]);
        }
        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var words = lines[0].Split(' ');
        var fields = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[fields.TryGetValue("Content-Length", out var length) ? int.Parse(length, System.Globalization.CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, cancellation);
        return new(words[0], words[1], fields, body);
    }
}
