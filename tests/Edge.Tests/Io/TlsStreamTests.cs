using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Edge.Io;
using Edge.Io.OpenSsl;
using Edge.Io.Polling;
using Edge.Tests.Orb;

namespace Edge.Tests.Io;

/// <summary>TLS of a server on its own sockets, against .NET's client.</summary>
public sealed class TlsStreamTests
{
    [Test]
    [Arguments(SslProtocols.Tls12, true)]
    [Arguments(SslProtocols.Tls13, true)]
    [Arguments(SslProtocols.Tls13, false)]
    public async Task Megabytes_pass_both_ways_at_once_and_slow_readers_are_waited_for(SslProtocols protocol, bool isEc)
    {
        await using var pair = await Pair.Connect(isEc, Options(protocol));
        await Assert.That(pair.Client.SslProtocol).IsEqualTo(protocol);
        var (up, down) = (RandomNumberGenerator.GetBytes(6 << 20), RandomNumberGenerator.GetBytes(6 << 20));
        // Nobody reads yet: both writers must wait, and one read waits for nothing that is not there.
        var writing = Task.WhenAll(pair.Client.WriteAsync(up).AsTask(), pair.Server.WriteAsync(down).AsTask());
        var (atServer, atClient) = (new byte[up.Length], new byte[down.Length]);
        await Task.WhenAll(writing, ReadAll(pair.Server, atServer), ReadAll(pair.Client, atClient)).WaitAsync(OrbRun.Limit);
        await Assert.That(atServer.AsSpan().SequenceEqual(up)).IsTrue();
        await Assert.That(atClient.AsSpan().SequenceEqual(down)).IsTrue();
    }

    [Test]
    public async Task Many_small_records_are_read_at_once()
    {
        await using var pair = await Pair.Connect(isEc: true, Options(SslProtocols.Tls13));
        for (var i = 0; i < 100; i++)
            await pair.Client.WriteAsync((byte[])[(byte)i]);
        var buffer = new byte[1000];
        var length = 0;
        while (length < 100)
        {
            await pair.Server.WaitToRead().AsTask().WaitAsync(OrbRun.Limit);
            for (var read = 1; read > 0; length += read)
                read = pair.Server.TryRead(buffer.AsSpan(length));
        }
        await Assert.That(buffer.AsSpan(0, length).ToArray()).IsEquivalentTo(Enumerable.Range(0, 100).Select(i => (byte)i));
        await Assert.That(pair.Server.TryRead(buffer)).IsEqualTo(0).Because("nothing more is there, and the connection is open");
    }

    [Test]
    public async Task An_end_is_found_by_who_waits_for_it()
    {
        await using var pair = await Pair.Connect(isEc: true, Options(SslProtocols.Tls13));
        var reading = pair.Server.ReadAsync(new byte[10]).AsTask();
        await pair.Client.ShutdownAsync();
        await Assert.That(await reading.WaitAsync(OrbRun.Limit)).IsEqualTo(0);
        // The client has said all, and listens still.
        await pair.Server.WriteAsync("bye"u8.ToArray());
        var last = new byte[3];
        await ReadAll(pair.Client, last).WaitAsync(OrbRun.Limit);
        await Assert.That(last.AsSpan().SequenceEqual("bye"u8)).IsTrue();
        pair.Server.End();
        await Assert.That(await pair.Client.ReadAsync(new byte[1]).AsTask().WaitAsync(OrbRun.Limit)).IsEqualTo(0);
        await Assert.ThrowsAsync<IOException>(async () => await pair.Server.WriteAsync(new byte[1]));
    }

    [Test]
    public async Task Who_reads_or_writes_goes_on_when_it_is_ended_or_cancelled()
    {
        await using var pair = await Pair.Connect(isEc: true, Options(SslProtocols.Tls13));
        using var cancellation = new CancellationTokenSource();
        var reading = pair.Server.ReadAsync(new byte[10], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await reading.WaitAsync(OrbRun.Limit));
        reading = pair.Server.ReadAsync(new byte[10]).AsTask();
        var writing = pair.Server.WriteAsync(new byte[32 << 20]).AsTask();
        pair.Server.End();
        await Assert.That(await reading.WaitAsync(OrbRun.Limit)).IsEqualTo(0);
        await Assert.ThrowsAsync<IOException>(async () => await writing.WaitAsync(OrbRun.Limit));
    }

    [Test]
    public async Task A_client_that_wants_another_protocol_is_refused()
    {
        var options = Options(SslProtocols.Tls13);
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await using var pair = await Pair.Connect(isEc: true, options);
        });
        options.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        await using var agreed = await Pair.Connect(isEc: true, options);
        await Assert.That(agreed.Client.NegotiatedApplicationProtocol).IsEqualTo(SslApplicationProtocol.Http11);
    }

    private static SslClientAuthenticationOptions Options(SslProtocols protocol) => new()
    {
        TargetHost = "tls.test",
        EnabledSslProtocols = protocol,
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
    };

    private static async Task ReadAll(Stream stream, byte[] buffer)
    {
        for (var length = 0; length < buffer.Length;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length));
            if (read == 0)
                throw new IOException($"it ended after {length} bytes");
            length += read;
        }
    }

    private sealed class Pair : IAsyncDisposable
    {
        private readonly SocketLoops _loops;
        private readonly TcpClient _socket;

        private Pair(SocketLoops loops, TcpClient socket, SslStream client, TlsStream server) => (_loops, _socket, Client, Server) = (loops, socket, client, server);

        public SslStream Client { get; }

        public TlsStream Server { get; }

        public static async Task<Pair> Connect(bool isEc, SslClientAuthenticationOptions options)
        {
            var loops = new SocketLoops("test");
            using var listening = ListenSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            using var listener = new PolledListener(listening, loops, 5);
            using var certificate = Certificate(isEc);
            using var context = TlsServerContext.Create(SslStreamCertificateContext.Create(certificate, null, offline: true));
            var accepting = listener.Accept().AsTask();
            var socket = new TcpClient();
            await socket.ConnectAsync((IPEndPoint)listening.LocalEndPoint!);
            var server = new TlsStream((await accepting.WaitAsync(OrbRun.Limit))!, context);
            var client = new SslStream(socket.GetStream());
            try
            {
                var agreeing = client.AuthenticateAsClientAsync(options);
                try
                {
                    await server.Handshake().AsTask().WaitAsync(OrbRun.Limit);
                }
                catch (IOException)
                {
                    await server.DisposeAsync();
                    await agreeing.WaitAsync(OrbRun.Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw;
                }
                await agreeing.WaitAsync(OrbRun.Limit);
                return new Pair(loops, socket, client, server);
            }
            catch
            {
                await client.DisposeAsync();
                socket.Dispose();
                loops.Dispose();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            _socket.Dispose();
            await Server.DisposeAsync();
            _loops.Dispose();
        }

        private static X509Certificate2 Certificate(bool isEc)
        {
            using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var rsa = RSA.Create(2048);
            var request = isEc
                ? new CertificateRequest("CN=tls.test", ec, HashAlgorithmName.SHA256)
                : new CertificateRequest("CN=tls.test", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        }
    }
}
