using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Edge.Tests.Cli;
using Edge.Tests.Orb;
using Edge.Tests.Orb.Proxy;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Edge.Tests.Image;

/// <summary>`edge orb` of the published executable: what trimming and compiling ahead could have broken, over real sockets.</summary>
[Category(Published.Category)]
public sealed class ServerTests
{
    [Test]
    public async Task Files_are_served_with_tags_ranges_and_copies_and_nothing_beside_them()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "public"));
        folder.Write("public/page.html", "<p>page</p>"u8);
        folder.Write("public/page.html.gz", "GZ"u8);
        folder.Write("public/.hidden", "hidden"u8);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "public", "out.txt"), Path.Combine(folder.Path, "server.pkl"));
        await using var edge = await EdgeProcess.StartOf(Published.Plain(), folder, "handler = new StaticFiles { root = \"public\" }", "");
        using var client = edge.Client();
        using var whole = await client.GetAsync("/page.html");
        await Assert.That(await whole.Content.ReadAsStringAsync()).IsEqualTo("<p>page</p>");
        await Assert.That(whole.Content.Headers.ContentType!.MediaType).IsEqualTo("text/html");

        using var again = new HttpRequestMessage(HttpMethod.Get, "/page.html");
        again.Headers.IfNoneMatch.Add(whole.Headers.ETag!);
        using var unchanged = await client.SendAsync(again);
        await Assert.That(unchanged.StatusCode).IsEqualTo(HttpStatusCode.NotModified);

        using var part = new HttpRequestMessage(HttpMethod.Get, "/page.html") { Headers = { Range = new RangeHeaderValue(3, 6) } };
        using var ranged = await client.SendAsync(part);
        await Assert.That((ranged.StatusCode, await ranged.Content.ReadAsStringAsync())).IsEqualTo((HttpStatusCode.PartialContent, "page"));

        using var small = new HttpRequestMessage(HttpMethod.Get, "/page.html") { Headers = { { "Accept-Encoding", "gzip" } } };
        using var compressed = await client.SendAsync(small);
        await Assert.That(await compressed.Content.ReadAsStringAsync()).IsEqualTo("GZ");

        foreach (var target in new[] { "/.hidden", "/out.txt", "/../server.pkl", "/..%2fserver.pkl", "/%2e%2e/server.pkl", "/%c0%ae%c0%ae/server.pkl", "/..\\server.pkl" })
            await Assert.That(await Raw(edge, $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).StartsWith("HTTP/1.1 40").And.DoesNotContain("handler");
    }

    [Test]
    public async Task A_proxy_streams_both_ways_and_says_in_its_log_alone_why_an_upstream_fails()
    {
        await using var upstream = await WebServer.Start(async context =>
        {
            context.Response.Headers["X-From"] = context.Request.Headers["X-Forwarded-For"];
            await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        await using var edge = await EdgeProcess.StartOf(Published.Plain(), $$"""
            routes { new { match = "/down"; handler = new ReverseProxy { upstreams { "127.0.0.1:{{RawUpstream.ClosedPort()}}" } } } }
            handler = new ReverseProxy { upstreams { "{{upstream.Url}}" } }
            """);
        using var client = edge.Client();
        var sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        using var response = await client.PostAsync("/echo", new ByteArrayContent(sent));
        await Assert.That((await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(sent)).IsTrue();
        await Assert.That(response.Headers.GetValues("X-From").Single()).IsEqualTo("127.0.0.1");

        using var down = await client.GetAsync("/down");
        await Assert.That((down.StatusCode, await down.Content.ReadAsStringAsync())).IsEqualTo((HttpStatusCode.BadGateway, ""));
        await edge.Says("ConnectionRefused");
    }

    [Test]
    public async Task Tls_is_spoken_by_name_in_both_versions_and_a_certificate_is_read_again()
    {
        var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        using var first = authority.Issue("site.test", DateTimeOffset.UtcNow.AddDays(30));
        using var second = authority.Issue("site.test", DateTimeOffset.UtcNow.AddDays(60));
        Write(folder, first);
        var secure = new IPEndPoint(IPAddress.Loopback, EdgeProcess.FreePort());
        await using var edge = await EdgeProcess.StartOf(Published.Plain(), folder, "handler = 200", $$"""
            ["site.test"] { listen { "{{secure}}" } tls { certFile = "site.pem"; keyFile = "site.key" } handler = new Respond { body = "secure" } }
            ["self.test"] { listen { "{{secure}}" } handler = new Respond { body = "self" } }
            """);
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = new HttpClient(Handler(secure)) { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, Timeout = OrbRun.Limit };
            using var response = await client.GetAsync("https://site.test/");
            await Assert.That((response.Version, await response.Content.ReadAsStringAsync())).IsEqualTo((version, "secure"));
            await Assert.That(await client.GetStringAsync("https://self.test/")).IsEqualTo("self");
        }
        await using (var tls = await Handshake(secure))
        {
            await tls.WriteAsync("GET / HTTP/1.1\r\nHost: self.test\r\nConnection: close\r\n\r\n"u8.ToArray());
            await Assert.That(await OrbRun.ReadAll(tls, CancellationToken.None)).StartsWith("HTTP/1.1 421 ");
        }
        await Assert.That(await Served(secure)).IsEqualTo(first.Thumbprint);
        Write(folder, second);
        edge.Signal(PosixSignal.SIGHUP);
        await edge.Says("was read again");
        await Assert.That(await Served(secure)).IsEqualTo(second.Thumbprint);
    }

    [Test]
    public async Task A_web_socket_and_a_grpc_call_go_through()
    {
        await using var sockets = await WebServer.Start(StreamingTests.EchoSocket);
        await using var calls = await WebServer.Start(GrpcEcho.Serve, HttpProtocols.Http2);
        await using var edge = await EdgeProcess.StartOf(Published.Plain(), $$"""
            routes { new { match = "/socket"; handler = new ReverseProxy { upstreams { "{{sockets.Url}}" } } } }
            handler = new ReverseProxy { upstreams { "h2c://127.0.0.1:{{calls.Port}}" } }
            """);
        using (var socket = new ClientWebSocket())
        {
            await socket.ConnectAsync(new Uri($"ws://{edge.Address}/socket"), CancellationToken.None).WaitAsync(OrbRun.Limit);
            await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            var buffer = new byte[16];
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(OrbRun.Limit);
            await Assert.That(Encoding.UTF8.GetString(buffer, 0, received.Count)).IsEqualTo("hello");
        }
        using var channel = GrpcChannel.ForAddress($"http://{edge.Address}");
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(GrpcEcho.Talk, null, new CallOptions(deadline: DateTime.UtcNow + OrbRun.Limit));
        await call.RequestStream.WriteAsync("one");
        await Assert.That(await call.ResponseStream.MoveNext(CancellationToken.None)).IsTrue();
        await Assert.That(call.ResponseStream.Current).IsEqualTo("one");
        await call.RequestStream.CompleteAsync();
        await Assert.That(await call.ResponseStream.MoveNext(CancellationToken.None)).IsFalse();
        await Assert.That(call.GetTrailers().GetValue("x-last")).IsEqualTo("word");
    }

    [Test]
    public async Task Hostile_requests_are_refused_and_identity_is_removed()
    {
        await using var edge = await EdgeProcess.StartOf(Published.Plain(), """
            routes { new { match { headers { ["Tailscale-User-Login"] = "*" } } ; handler = new Respond { body = "LEAK" } } ; new { match { headers { ["Tailscale_User_Login"] = "*" } } ; handler = new Respond { body = "LEAK" } } }
            handler = new Respond { body = "fine" }
            """);
        foreach (var head in new[]
        {
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n",
            "POST / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET / HTTP/1.1\nHost: x\n\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
        })
        {
            var answer = await Raw(edge, head + "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            await Assert.That(answer).StartsWith("HTTP/1.1 400 ").And.DoesNotContain("fine");
        }
        await Assert.That(await Raw(edge, $"GET / HTTP/1.1\r\nHost: x\r\nX: {new string('a', 40_000)}\r\n\r\n")).StartsWith("HTTP/1.1 431 ");
        foreach (var name in new[] { "Tailscale-User-Login", "tailscale_user_login" })
            await Assert.That(await Raw(edge, $"GET / HTTP/1.1\r\nHost: x\r\n{name}: admin\r\nConnection: close\r\n\r\n")).EndsWith("fine");
    }

    [Test]
    public async Task Told_to_stop_under_load_it_fails_no_request_and_told_twice_it_ends_at_once()
    {
        await using (var edge = await EdgeProcess.StartOf(Published.Plain(), "handler = new Respond { body = \"hi\" }"))
        {
            var clients = new BusyClients(edge.Address);
            await clients.Answered(2000);
            edge.Signal(PosixSignal.SIGTERM);
            await Assert.That(await clients.Failed()).IsEqualTo(0);
            await Assert.That(await edge.Exit()).IsEqualTo(0);
        }
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        await using var busy = await EdgeProcess.StartOf(Published.Plain(), $"handler = new ReverseProxy {{ upstreams {{ \"{upstream.LocalEndpoint}\" }} }}");
        using var client = busy.Client();
        var response = client.GetStringAsync("/");
        using var socket = await upstream.AcceptSocketAsync();
        busy.Signal(PosixSignal.SIGTERM);
        await busy.Says("stopping");
        busy.Signal(PosixSignal.SIGTERM);
        await Assert.That(await busy.Exit()).IsEqualTo(1);
        await Assert.That(async () => await response).Throws<HttpRequestException>();
    }

    /// <summary>Instruments and their listener are behind switches that trimming reads: without them the page would have no requests on it.</summary>
    [Test]
    public async Task Health_and_metrics_answer_on_the_socket_in_the_state_folder()
    {
        await using var edge = await EdgeProcess.StartOf(Published.Plain(), "handler = new Respond { body = \"hi\" }");
        using (var client = edge.Client())
            await client.GetStringAsync("/");
        var healthy = await CommandRun.Start(Published.Plain(), ["health"], ("TS_STATE_DIR", edge.State));
        await Assert.That(healthy).IsEqualTo(new CommandRun(0, "ok\n", ""));
        var ready = await CommandRun.Start(Published.Plain(), ["health", "--ready"], ("TS_STATE_DIR", edge.State));
        await Assert.That(ready).IsEqualTo(new CommandRun(0, "ready\n", ""));

        var page = "";
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        // A request is counted when its response is sent: its client may be quicker.
        while (!page.Contains("edge_http_request_duration_seconds_count", StringComparison.Ordinal))
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(edge.State, "admin.sock")));
            await socket.SendAsync("GET /metrics HTTP/1.0\r\n\r\n"u8.ToArray());
            page = await OrbRun.ReadAll(new NetworkStream(socket), limit.Token);
            limit.Token.ThrowIfCancellationRequested();
        }
        await Assert.That(page).Contains($"\nedge_http_requests_total{{server=\"{edge.Address}\",method=\"GET\",status=\"2xx\"}} 1\n");
        await Assert.That(page).Contains($"\nedge_http_request_duration_seconds_count{{server=\"{edge.Address}\"}} 1\n");
        await Assert.That(page).Contains("\nedge_connections ").And.Contains("\nprocess_resident_memory_bytes ").And.Contains("\ndotnet_gc_collections_total{generation=\"2\"} ");
        await Assert.That(page).Contains("\nedge_build_info{version=\"");
    }

    /// <summary>Nothing but the executable: no shell, no home, no folder for state. Health is asked over the socket that has no file.</summary>
    [Test]
    public async Task In_an_empty_root_health_is_asked_without_a_file_or_a_shell()
    {
        using RootFolder root = RootFolder.OfExecutable(Published.Static());
        root.Write("/dev/urandom", "");
        root.Write("/server.pkl", "servers { [\"127.0.0.1:8080\"] { handler = 200 } }");
        using var network = new NetworkNamespace();
        using Process server = root.Start(network, ["/edge", "orb", "--config", "/server.pkl"], isReadOnly: true);
        try
        {
            string said = "";
            while (!said.Contains("listening on 127.0.0.1:8080", StringComparison.Ordinal))
                said += await server.StandardError.ReadLineAsync() ?? throw new IOException($"it ended: {said}");
            Outcome health = await root.Run(network, ["/edge", "health"]);
            await Assert.That(health).IsEqualTo(new Outcome(0, "ok\n", ""));
            Outcome ready = await root.Run(network, ["/edge", "health", "--ready"]);
            await Assert.That(ready).IsEqualTo(new Outcome(0, "ready\n", ""));
            EdgeProcess.Signal(server, PosixSignal.SIGTERM);
            await server.WaitForExitAsync().WaitAsync(OrbRun.Limit);
            await Assert.That(server.ExitCode).IsEqualTo(0);
            Outcome gone = await root.Run(network, ["/edge", "health"]);
            await Assert.That(gone.ExitCode).IsEqualTo(1);
        }
        finally
        {
            if (!server.HasExited)
                server.Kill();
        }
    }

    private static void Write(TemporaryFolder folder, X509Certificate2 certificate)
    {
        folder.Write("site.key", Encoding.ASCII.GetBytes(certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        folder.Write("site.pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
    }

    private static SocketsHttpHandler Handler(IPEndPoint address)
    {
        var handler = OrbRun.Handler();
        handler.ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return handler;
    }

    private static async Task<string> Served(IPEndPoint address)
    {
        await using var tls = await Handshake(address);
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }

    private static async Task<SslStream> Handshake(IPEndPoint address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "site.test", RemoteCertificateValidationCallback = static (_, _, _, _) => true });
        return tls;
    }

    private static async Task<string> Raw(EdgeProcess edge, string request)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(edge.Address, limit.Token);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        return await OrbRun.ReadAll(client.GetStream(), limit.Token);
    }
}
