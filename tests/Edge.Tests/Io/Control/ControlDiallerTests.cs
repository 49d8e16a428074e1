using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Control;
using Edge.Protocols.Control.Messages;
using Edge.Tests.Image;
using Edge.Tests.Orb;

namespace Edge.Tests.Io.Control;

/// <summary>Reaching a control server over loopback: the upgrade, the channel, and each way in which it can go wrong.</summary>
public sealed class ControlDiallerTests
{
    private static readonly ControlDialler s_dialler =
        new(new Dialler(new NoNames(), TimeProvider.System), new Lazy<X509Certificate2Collection>(() => []), new SystemEntropy(), TimeProvider.System);

    [Test]
    [Arguments("")]
    [Arguments("ffffff5453000000027b7d")]
    public async Task HTTP2_begins_inside_of_the_channel_with_and_without_an_early_payload(string early)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        // Without a payload the server's SETTINGS come first.
        using var server = new NoiseServer { Early = [.. Convert.FromHexString(early), 0, 0, 0, 4, 0, 0, 0, 0, 0] };
        using var key = NoiseServer.NewKey();
        var accepting = server.Accept(limit.Token);
        using var connection = await s_dialler.Dial(new ControlAddress(server.Url), key, server.PublicKey, default, limit.Token);
        var (channel, stream) = (await accepting)!.Value;
        using var _ = channel;
        var posting = connection.Post("/machine/register", "{}"u8.ToArray(), "nodekey:x", limit.Token);
        var plaintext = await NoiseServer.ReadPlaintext(stream, channel, 24, limit.Token);
        await Assert.That(Encoding.ASCII.GetString(plaintext, 0, 24)).IsEqualTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        await stream.DisposeAsync();
        await Assert.That(async () => await posting).Throws<HttpRequestException>();
        // It makes no second connection by itself.
        await Assert.That(async () => await connection.Post("/machine/register", "{}"u8.ToArray(), "nodekey:x", limit.Token)).Throws<HttpRequestException>();
    }

    [Test]
    public async Task The_address_that_the_server_told_is_dialled_and_nobody_is_asked_for_it()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var server = new NoiseServer { Early = [0, 0, 0, 4, 0, 0, 0, 0, 0] };
        using var key = NoiseServer.NewKey();
        var accepting = server.Accept(limit.Token);
        var address = new ControlAddress(new Uri($"http://control.example:{server.Url.Port}"));
        using var connection = await s_dialler.Dial(address, key, server.PublicKey, Plan("127.0.0.2", "127.0.0.1"), limit.Token);
        var (channel, stream) = (await accepting)!.Value;
        channel.Dispose();
        await stream.DisposeAsync();
    }

    [Test]
    public async Task Where_none_of_the_told_addresses_is_the_server_its_name_is_looked_up()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var server = new NoiseServer { Answer = "HTTP/1.1 404 Not Found\r\n\r\n"u8.ToArray() };
        using var key = NoiseServer.NewKey();
        var accepting = server.Accept(limit.Token);
        var address = new ControlAddress(new Uri($"http://control.example:{server.Url.Port}"));
        var failure = await Assert.That(async () => await s_dialler.Dial(address, key, server.PublicKey, Plan("127.0.0.1", "127.0.0.2"), limit.Token)).Throws<DialException>();
        await Assert.That(failure!.Message).Contains("control.example is looked up");
        await accepting;
    }

    /// <summary>A proxy at an address that the server told: nobody is looked up, and what it carries is for the server alone to open.</summary>
    [Test]
    public async Task A_proxy_that_the_server_named_carries_the_channel_on()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var server = new NoiseServer { Early = [0, 0, 0, 4, 0, 0, 0, 0, 0] };
        using var key = NoiseServer.NewKey();
        using var proxy = new Proxy("HTTP/1.1 200 OK\r\n\r\n");
        var accepting = server.Accept(limit.Token);
        var address = new ControlAddress(new Uri($"http://control.example:{server.Url.Port}"));
        var carrying = proxy.Carry(server.Url.Port, limit.Token);
        using (var connection = await proxy.Dialler.Dial(address, key, server.PublicKey, proxy.Plan, limit.Token))
        {
            var (channel, stream) = (await accepting)!.Value;
            channel.Dispose();
            await stream.DisposeAsync();
        }
        await Assert.That(await carrying).IsEqualTo($"CONNECT control.example:{server.Url.Port} HTTP/1.1\r\nHost: ace.example\r\n\r\n");
    }

    [Test]
    [Arguments("HTTP/1.1 403 Forbidden\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\n\r\nmore")]
    [Arguments("")]
    public async Task Where_a_proxy_does_not_the_name_is_looked_up(string answer)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var server = new NoiseServer();
        using var key = NoiseServer.NewKey();
        using var proxy = new Proxy(answer);
        var carrying = proxy.Carry(server.Url.Port, limit.Token);
        var failure = await Assert.That(async () => await proxy.Dialler.Dial(new ControlAddress(new Uri("http://control.example:9")), key, server.PublicKey, proxy.Plan, limit.Token)).Throws<DialException>();
        await Assert.That(failure!.Message).Contains("control.example is looked up");
        await carrying;
    }

    [Test]
    public async Task A_server_with_another_key_is_told_from_one_that_cannot_be_reached()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var server = new NoiseServer { Response = [2, 0, 48, .. new byte[48]] };
        using var key = NoiseServer.NewKey();
        var accepting = server.Accept(limit.Token);
        await Assert.That(async () => await s_dialler.Dial(new ControlAddress(server.Url), key, server.PublicKey, default, limit.Token)).Throws<ControlHandshakeException>();
        await accepting;
    }

    [Test]
    public async Task A_server_that_hangs_up_inside_of_the_handshake_may_have_another_key()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var server = new NoiseServer { Response = [] };
        using var key = NoiseServer.NewKey();
        var accepting = server.Accept(limit.Token);
        var dialling = s_dialler.Dial(new ControlAddress(server.Url), key, server.PublicKey, default, limit.Token);
        await (await accepting)!.Value.Stream.DisposeAsync();
        await Assert.That(async () => await dialling).Throws<ControlHandshakeException>();
    }

    [Test]
    public async Task A_refusal_is_told_in_the_servers_words()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var server = new NoiseServer { Response = [3, 0, 7, .. "too old"u8] };
        using var key = NoiseServer.NewKey();
        var accepting = server.Accept(limit.Token);
        var failure = await Assert.That(async () => await s_dialler.Dial(new ControlAddress(server.Url), key, server.PublicKey, default, limit.Token)).Throws<ControlHandshakeException>();
        await Assert.That(failure!.Message).Contains("refuses: too old");
        await accepting;
    }

    [Test]
    [Arguments("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404 Not Found")]
    [Arguments("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "did not switch")]
    [Arguments("", "hung up")]
    public async Task An_answer_that_is_no_upgrade_is_named(string answer, string expected)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var server = new NoiseServer { Answer = Encoding.ASCII.GetBytes(answer) };
        using var key = NoiseServer.NewKey();
        var accepting = server.Accept(limit.Token);
        var failure = await Assert.That(async () => await s_dialler.Dial(new ControlAddress(server.Url), key, server.PublicKey, default, limit.Token)).Throws<DialException>();
        await Assert.That(failure!.Step).IsEqualTo(DialStep.Upgrade);
        await Assert.That(failure.Message).Contains(expected);
        await accepting;
    }

    [Test]
    public async Task A_head_without_an_end_is_not_read_for_ever()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var server = new NoiseServer { Answer = [.. "HTTP/1.1 101 "u8, .. Enumerable.Repeat((byte)'x', 20_000)] };
        using var key = NoiseServer.NewKey();
        var accepting = server.Accept(limit.Token);
        var failure = await Assert.That(async () => await s_dialler.Dial(new ControlAddress(server.Url), key, server.PublicKey, default, limit.Token)).Throws<DialException>();
        await Assert.That(failure!.Message).Contains("more than 8192 bytes");
        await accepting;
    }

    [Test]
    [Arguments("200 OK", "{\"publicKey\":\"mkey:0707070707070707070707070707070707070707070707070707070707070707\"}", "")]
    [Arguments("400 Bad Request", "capability version must be set", "answers 400 to /key: capability version must be set")]
    [Arguments("200 OK", "<html>", "is no control server")]
    public async Task The_servers_key_is_fetched(string status, string body, string expected)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Serve(listener, $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}", limit.Token);
        var address = new ControlAddress(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        if (expected.Length == 0)
        {
            await Assert.That(await s_dialler.FetchKey(address, limit.Token)).IsEqualTo(Edge.Tests.Control.ControlWorld.Key<MachineKind>(7));
        }
        else
        {
            var failure = await Assert.That(async () => await s_dialler.FetchKey(address, limit.Token)).Throws<IOException>();
            await Assert.That(failure!.Message).Contains(expected);
        }
        await Assert.That(await serving).StartsWith("GET /key?v=130 HTTP/1.1\r\n");
    }

    [Test]
    public async Task A_key_without_an_end_is_not_read_for_ever()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Serve(listener, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + new string('x', 100_000), limit.Token);
        var address = new ControlAddress(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        var failure = await Assert.That(async () => await s_dialler.FetchKey(address, limit.Token)).Throws<IOException>();
        await Assert.That(failure!.Message).Contains("more than 65536 bytes");
        await serving;
    }

    private static ValueList<ControlCandidate> Plan(params string[] addresses) =>
        ValueLists.Own(addresses.Select(static address => new ControlCandidate(IpAddress.Of(IPAddress.Parse(address)), TimeSpan.Zero, OrbRun.Limit)).ToArray());

    private static async Task<string> Serve(TcpListener listener, string answer, CancellationToken cancellation)
    {
        await using var stream = new NetworkStream(await listener.AcceptSocketAsync(cancellation), ownsSocket: true);
        var buffer = new byte[8 * 1024];
        var read = await stream.ReadAsync(buffer, cancellation);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancellation);
        }
        catch (IOException)
        {
            // Who has read enough hangs up.
        }
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    /// <summary>`ace.example`, for one connection.</summary>
    private sealed class Proxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TestAuthority _authority = new();
        private readonly X509Certificate2 _certificate;
        private readonly string _answer;

        public Proxy(string answer)
        {
            _answer = answer;
            _certificate = _authority.Issue("ace.example", DateTimeOffset.UtcNow.AddMonths(1));
            _listener.Start();
            var roots = new X509Certificate2Collection();
            roots.ImportFromPem(_authority.Pem);
            Dialler = new ControlDialler(new Dialler(new NoNames(), TimeProvider.System), new(roots), new SystemEntropy(), TimeProvider.System) { ProxyPort = ((IPEndPoint)_listener.LocalEndpoint).Port };
        }

        public ControlDialler Dialler { get; }

        public ValueList<ControlCandidate> Plan { get; } =
            ValueLists.Own([new ControlCandidate(IpAddress.Of(IPAddress.Loopback), TimeSpan.Zero, OrbRun.Limit) { Proxy = "ace.example" }]);

        /// <returns>What was asked of it.</returns>
        public async Task<string> Carry(int port, CancellationToken cancellation)
        {
            await using var tls = new SslStream(new NetworkStream(await _listener.AcceptSocketAsync(cancellation), ownsSocket: true));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, cancellation);
            var buffer = new byte[8 * 1024];
            var head = Encoding.ASCII.GetString(buffer, 0, await tls.ReadAsync(buffer, cancellation));
            await tls.WriteAsync(Encoding.ASCII.GetBytes(_answer), cancellation);
            if (!_answer.EndsWith("OK\r\n\r\n", StringComparison.Ordinal))
                return head;
            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, port, cancellation);
            await using var onward = server.GetStream();
            // Whichever side ends first ends both.
            await await Task.WhenAny(Copy(tls, onward, cancellation), Copy(onward, tls, cancellation));
            return head;
        }

        public void Dispose()
        {
            _listener.Dispose();
            _certificate.Dispose();
            _authority.Dispose();
        }

        private static async Task Copy(Stream from, Stream to, CancellationToken cancellation)
        {
            try
            {
                await from.CopyToAsync(to, cancellation);
            }
            catch (IOException)
            {
                // One side has gone.
            }
        }
    }

    private sealed class NoNames : IResolver
    {
        public ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation) =>
            throw new DialException(DialStep.LookUp, $"{host} is looked up");
    }
}
