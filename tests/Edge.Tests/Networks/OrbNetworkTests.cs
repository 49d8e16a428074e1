using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Edge.Foundation.Addresses;
using Edge.Io;
using Edge.Orb;
using Edge.Tests.Cli;
using Edge.Tests.Image;
using Edge.Tests.Orb;

namespace Edge.Tests.Networks;

/// <summary>A server in networks of plain WireGuard, over datagrams of loopback: both bridges, and what they keep apart.</summary>
public sealed class OrbNetworkTests
{
    private static readonly (string Private, string Public) s_server = NetworkClient.Keys();
    private static readonly (string Private, string Public) s_client = NetworkClient.Keys();
    private static readonly (string Private, string Public) s_other = NetworkClient.Keys();

    [Test]
    public async Task Requests_through_the_tunnel_are_served_and_the_peers_address_is_seen()
    {
        var port = NetworkClient.FreeUdpPort();
        await using var orb = await OrbRun.Start($$"""
            networks { {{Network("office", port, s_client.Public)}} }
            servers { [":8080"] {
              handler = new Respond { body = "fine" }
              routes { new { match = "/from"; middleware { new IpFilter { allow { "10.7.0.2" } } }; handler = new Respond { body = "you" } } }
            } }
            """);
        await using var client = await Client(port, orb);
        using var http = client.Http("http://10.7.0.1");
        await Assert.That(await http.GetStringAsync("/")).IsEqualTo("fine");
        await Assert.That(await http.GetStringAsync("/from")).IsEqualTo("you");
        using var outside = orb.Client();
        await Assert.That((await outside.GetAsync("/from")).StatusCode).IsEqualTo(HttpStatusCode.Forbidden);
        // The other port that is open by default, and none else.
        using var https = client.Http("http://10.7.0.1:443");
        await Assert.That(await https.GetStringAsync("/")).IsEqualTo("fine");
        await Assert.That(async () => await client.Network.Dial(To("10.7.0.1", 8080), CancellationToken.None)).Throws<DialException>();
    }

    /// <summary>The data path's thread takes packets before whoever started it goes on: once that lost the answer of one network in fifty.</summary>
    [Test]
    public async Task Requests_that_come_while_a_network_starts_are_answered()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(static async () =>
        {
            for (var i = 0; i < 6; i++)
            {
                var port = NetworkClient.FreeUdpPort();
                await using var orb = await OrbRun.Start($$"""
                    networks { {{Network("office", port, s_client.Public)}} }
                    servers { [":8080"] { handler = new Respond { body = "fine" } } }
                    """);
                await using var client = await Client(port, orb);
                using var http = client.Http("http://10.7.0.1");
                await Assert.That(await http.GetStringAsync("/")).IsEqualTo("fine");
            }
        })));
    }

    [Test]
    public async Task Large_bodies_pass_both_ways()
    {
        using var folder = new TemporaryFolder();
        var noise = new byte[20_000_001];
        new Random(1).NextBytes(noise);
        folder.Write("noise", noise);
        var port = NetworkClient.FreeUdpPort();
        await using var orb = await OrbRun.Start($$"""
            networks { {{Network("office", port, s_client.Public)}} }
            servers { [":8080"] { handler = new StaticFiles { root = "." } } }
            """, folder: folder);
        await using var client = await Client(port, orb);
        using var http = client.Http("http://10.7.0.1");
        await Assert.That((await http.GetByteArrayAsync("/noise")).AsSpan().SequenceEqual(noise)).IsTrue();
        using var upload = await http.PostAsync("/noise", new ByteArrayContent(noise));
        await Assert.That(upload.StatusCode).IsEqualTo(HttpStatusCode.MethodNotAllowed);
    }

    [Test]
    public async Task A_block_is_reached_from_the_networks_that_it_names_only()
    {
        var (first, second) = (NetworkClient.FreeUdpPort(), NetworkClient.FreeUdpPort());
        // Both networks have the same addresses.
        await using var orb = await OrbRun.Start($$"""
            networks {
              {{Network("one", first, s_client.Public)}}
              {{Network("two", second, s_other.Public)}}
            }
            servers {
              [":8080"] { networks { "one" }; handler = new Respond { body = "for one" } }
              [":8081"] { networks { "two" }; handler = new Respond { body = "for two" } }
            }
            """);
        await using var one = await Client(first, orb);
        await using var two = await NetworkClient.Start(s_other.Private, "10.7.0.2", s_server.Public, second, "10.7.0.1/32", orb.Log);
        using var httpOne = one.Http("http://10.7.0.1");
        using var httpTwo = two.Http("http://10.7.0.1");
        await Assert.That(await httpOne.GetStringAsync("/")).IsEqualTo("for one");
        await Assert.That(await httpTwo.GetStringAsync("/")).IsEqualTo("for two");
    }

    [Test]
    public async Task One_port_takes_TLS_of_both_versions_and_sends_plain_HTTP_there_where_there_is_a_certificate()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        using (var certificate = authority.Issue("a.test", DateTimeOffset.UtcNow.AddDays(30)))
        {
            folder.Write("a.pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
            folder.Write("a.key", Encoding.ASCII.GetBytes(certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        }
        var port = NetworkClient.FreeUdpPort();
        await using var orb = await OrbRun.Start($$"""
            networks { {{Network("office", port, s_client.Public)}} }
            servers {
              ["a.test"] { tls { certFile = "a.pem"; keyFile = "a.key" } handler = new Respond { body = "a" } }
              ["b.test"] { handler = new Respond { body = "b" } }
              ["plain"] { domains { "c.test" } handler = new Respond { body = "c" } }
            }
            """, folder: folder);
        await using var client = await Client(port, orb);
        foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            using var https = client.Http("https://10.7.0.1");
            https.DefaultRequestVersion = version;
            https.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            https.DefaultRequestHeaders.Host = "a.test";
            using var response = await https.GetAsync("/");
            await Assert.That((response.Version, await response.Content.ReadAsStringAsync())).IsEqualTo((version, "a"));
        }
        foreach (var address in (string[])["http://10.7.0.1", "http://10.7.0.1:443"])
        {
            using var http = client.Http(address);
            http.DefaultRequestHeaders.Host = "a.test";
            using var sent = await http.GetAsync("/x?y=1");
            await Assert.That((sent.StatusCode, sent.Headers.Location?.ToString())).IsEqualTo((HttpStatusCode.PermanentRedirect, "https://a.test/x?y=1"));
            // A certificate that nobody trusts is none.
            http.DefaultRequestHeaders.Host = "b.test";
            await Assert.That(await http.GetStringAsync("/")).IsEqualTo("b");
            http.DefaultRequestHeaders.Host = "c.test";
            await Assert.That(await http.GetStringAsync("/")).IsEqualTo("c");
            http.DefaultRequestHeaders.Host = "d.test";
            await Assert.That((await http.GetAsync("/")).StatusCode).IsEqualTo(HttpStatusCode.NotFound);
        }
    }

    [Test]
    public async Task A_proxy_reaches_what_only_the_network_reaches()
    {
        var (first, second) = (NetworkClient.FreeUdpPort(), NetworkClient.FreeUdpPort());
        await using var orb = await OrbRun.Start($$"""
            networks {
              {{Network("one", first, s_client.Public)}}
              {{Network("two", second, s_other.Public)}}
            }
            servers { [":8080"] {
              routes {
                new { match = "/one"; handler = new ReverseProxy { network = "one"; upstreams { "10.7.0.2:8000" } } }
                new { match = "/two"; handler = new ReverseProxy { network = "two"; upstreams { "10.7.0.2:8000" } } }
                new { match = "/nobody"; handler = new ReverseProxy { network = "two"; upstreams { "10.99.0.2:8000" } } }
              }
              handler = 404
            } }
            """);
        await using var one = await Client(first, orb);
        await using var two = await NetworkClient.Start(s_other.Private, "10.7.0.2", s_server.Public, second, "10.7.0.1/32", orb.Log);
        Answer(one, 8000, "one's own");
        Answer(two, 8000, "two's own");
        // Their server has heard of neither: they begin.
        await Assert.That(async () => await one.Network.Dial(To("10.7.0.1", 9), CancellationToken.None)).Throws<DialException>();
        await Assert.That(async () => await two.Network.Dial(To("10.7.0.1", 9), CancellationToken.None)).Throws<DialException>();
        using var http = orb.Client();
        await Assert.That(await http.GetStringAsync("/one")).IsEqualTo("one's own");
        await Assert.That(await http.GetStringAsync("/two")).IsEqualTo("two's own");
        await Assert.That((await http.GetAsync("/nobody")).StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await Assert.That(orb.Log.Text).Contains("no peer has it in its ranges");
    }

    [Test]
    public async Task An_address_in_a_networks_ranges_never_takes_the_hosts_route()
    {
        // Where the tunnel's range is loopback's own, only the tunnel can answer.
        using var own = new TcpListener(IPAddress.Loopback, 0);
        own.Start();
        var port = NetworkClient.FreeUdpPort();
        await using var orb = await OrbRun.Start($$"""
            networks { {{Network("office", port, s_client.Public, "127.0.0.1/32")}} }
            servers { [":8080"] { handler = new ReverseProxy { upstreams { "127.0.0.1:{{((IPEndPoint)own.LocalEndpoint).Port}}" }; timeout = 2.s } } }
            """);
        using var http = orb.Client();
        var answer = await http.GetAsync("/");
        await Assert.That((int)answer.StatusCode).IsGreaterThanOrEqualTo(502);
        await Assert.That(own.Pending()).IsFalse();
    }

    [Test]
    public async Task A_socks_client_and_a_connect_client_reach_the_tunnel()
    {
        var port = NetworkClient.FreeUdpPort();
        var (socks, proxy) = (EdgeProcess.FreePort(), EdgeProcess.FreePort());
        await using var orb = await OrbRun.Start($$"""
            networks { {{Network("office", port, s_client.Public, tunnel: $"socks5 = \"127.0.0.1:{socks}\"; httpProxy = \"127.0.0.1:{proxy}\"")}} }
            servers { [":8080"] { handler = 404 } }
            """);
        await using var client = await Client(port, orb);
        Answer(client, 8000, "from inside");
        await Assert.That(async () => await client.Network.Dial(To("10.7.0.1", 9), CancellationToken.None)).Throws<DialException>();
        foreach (var way in (string[])[$"socks5://127.0.0.1:{socks}", $"http://127.0.0.1:{proxy}"])
        {
            using var http = new HttpClient(new SocketsHttpHandler { Proxy = new ConnectOnly(new Uri(way)) }) { Timeout = OrbRun.Limit };
            if (way.StartsWith("socks5", StringComparison.Ordinal))
                await Assert.That(await http.GetStringAsync("http://10.7.0.2:8000/")).IsEqualTo("from inside");
            else
                await Assert.That(await Connect(proxy, "10.7.0.2:8000")).StartsWith("HTTP/1.1 200 ").And.EndsWith("from inside");
        }
        await Assert.That(await Connect(proxy, "10.7.0.2:8001")).StartsWith("HTTP/1.1 502 ").And.Contains("refuses");
        await Assert.That(await Connect(proxy, "192.0.2.1:80")).StartsWith("HTTP/1.1 502 ").And.Contains("no peer has it");
        await Assert.That(await Socks(socks, [5, 1, 0, 5, 1, 0, 1, 192, 0, 2, 1, 0, 80])).IsEquivalentTo((byte[])[5, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0]);
        await Assert.That(await Socks(socks, [5, 1, 0, 5, 1, 0, 1, 10, 7, 0, 2, 0x1f, 0x41])).IsEquivalentTo((byte[])[5, 0, 5, 5, 0, 1, 0, 0, 0, 0, 0, 0]);
        await Assert.That(await Socks(socks, [5, 1, 0, 5, 3, 0, 1, 10, 7, 0, 2, 0, 80])).IsEquivalentTo((byte[])[5, 0, 5, 7, 0, 1, 0, 0, 0, 0, 0, 0]);
        await Assert.That(await Socks(socks, [5, 1, 2])).IsEquivalentTo((byte[])[5, 0xff]);
        await Assert.That(await Socks(socks, [4, 1, 0, 80])).IsEmpty();
    }

    [Test]
    public async Task Readiness_waits_for_the_network_and_says_why()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Any, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        var readiness = new Readiness();
        await using var orb = await OrbRun.Start($$"""
            networks { {{Network("office", port, s_client.Public)}} }
            servers { [":8080"] { handler = new Respond { body = "fine" } } }
            """, change: options => options with { Readiness = readiness });
        await orb.AssertServes();
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        while (!readiness.Missing.TryGetValue("network office", out var reason) || !reason.Contains("cannot be brought up", StringComparison.Ordinal))
            await Task.Delay(1, limit.Token);
        await Assert.That(readiness.IsReady).IsFalse();
        taken.Dispose();
        while (!readiness.IsReady)
            await Task.Delay(1, limit.Token);
        await Assert.That(orb.Log.Text).Contains("the network office is up");
    }

    [Test]
    public async Task Metrics_tell_what_passed()
    {
        var port = NetworkClient.FreeUdpPort();
        await using var orb = await OrbRun.Start($$"""
            networks { {{Network("office", port, s_client.Public)}} }
            servers { [":8080"] { handler = new Respond { body = "fine" } } }
            """);
        await using var client = await Client(port, orb);
        using var http = client.Http("http://10.7.0.1");
        await http.GetStringAsync("/");
        var figures = orb.Server.Networks.Nodes[0].Figures;
        await Assert.That(figures.PacketsIn).IsGreaterThanOrEqualTo(3);
        await Assert.That(figures.BytesOut).IsGreaterThan(100);
        await Assert.That(figures.Handshakes).IsGreaterThanOrEqualTo(1);
        await Assert.That(figures.Connections).IsEqualTo(1);
    }

    [Test]
    public async Task Stopping_finishes_what_is_under_way_in_the_tunnel()
    {
        var port = NetworkClient.FreeUdpPort();
        var orb = await OrbRun.Start($$"""
            networks { {{Network("office", port, s_client.Public)}} }
            servers { [":8080"] { handler = new ReverseProxy { network = "office"; upstreams { "10.7.0.2:8000" } } } }
            """);
        await using var client = await Client(port, orb);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Answer(client, 8000, "late", asked, goOn.Task);
        using var http = client.Http("http://10.7.0.1");
        var answer = http.GetStringAsync("/");
        await asked.Task.WaitAsync(OrbRun.Limit);
        var stopping = orb.DisposeAsync().AsTask();
        goOn.SetResult();
        await Assert.That(await answer).IsEqualTo("late");
        await stopping.WaitAsync(OrbRun.Limit);
    }

    private static string Network(string name, int port, string peer, string ranges = "10.7.0.2/32", string tunnel = "") => $$"""
        ["{{name}}"] {
          wireguard {
            privateKey = "{{s_server.Private}}"
            addresses { "10.7.0.1/24" }
            listenPort = {{port}}
            peers { new { publicKey = "{{peer}}"; allowedIps { "{{ranges}}" } } }
          }
          tunnel { {{tunnel}} }
        }
        """;

    private static Task<NetworkClient> Client(int port, OrbRun orb) => NetworkClient.Start(s_client.Private, "10.7.0.2", s_server.Public, port, "10.7.0.1/32", orb.Log);

    private static Endpoint To(string address, ushort port) => new(IpAddress.Of(IPAddress.Parse(address)), port);

    /// <summary>Answers each request on a port of the client's own with a body.</summary>
    private static void Answer(NetworkClient client, ushort port, string body, TaskCompletionSource? asked = null, Task? goOn = null) =>
        client.Network.Listen(port, connection => _ = Task.Run(async () =>
        {
            await using var stream = new Edge.Node.Networks.TunnelStream(connection);
            var request = new byte[4096];
            if (await stream.ReadAsync(request) == 0)
                return;
            asked?.TrySetResult();
            await (goOn ?? Task.CompletedTask);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        }));

    private static async Task<string> Connect(int proxy, string target)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy, limit.Token);
        var stream = client.GetStream();
        // The request inside comes along at once.
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\nGET / HTTP/1.1\r\nHost: {target}\r\n\r\n"), limit.Token);
        return await OrbRun.ReadAll(stream, limit.Token);
    }

    private static async Task<byte[]> Socks(int proxy, byte[] bytes)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy, limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(bytes, limit.Token);
        client.Client.Shutdown(SocketShutdown.Send);
        return Encoding.Latin1.GetBytes(await OrbRun.ReadAll(stream, limit.Token));
    }

    private sealed class ConnectOnly(Uri proxy) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri GetProxy(Uri destination) => proxy;

        public bool IsBypassed(Uri host) => false;
    }
}
