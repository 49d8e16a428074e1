using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Names;
using Edge.Protocols.Dns;
using Edge.Tests.Cli;
using Edge.Tests.Dns;
using Edge.Tests.Image;
using Edge.Tests.Orb;
using Edge.Tests.Orb.Proxy;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;

namespace Edge.Tests.Io.Names;

/// <summary>Names over real sockets: other programs ask, scripted servers answer.</summary>
public sealed class NameServerTests
{
    [Test]
    public async Task Dig_sees_a_name_server()
    {
        Skip.When(CommandRun.Find("dig") is null, "`dig` (bind9-dnsutils) is not installed");
        await using var run = new NameRun();
        run.Upstream.OnDatagram = query => Questions.Answer(query, 60, "192.0.2.42", "192.0.2.43");
        run.Upstream.OnStream = query => Questions.Answer(query, 60, "192.0.2.44");

        await Assert.That(await Dig(run, "+short", "desk.tail.test")).IsEqualTo("100.64.0.2");
        await Assert.That(await Dig(run, "+short", "+tcp", "desk.tail.test")).IsEqualTo("100.64.0.2");
        await Assert.That(await Dig(run, "+short", "-x", "100.64.0.2")).IsEqualTo("desk.tail.test.");
        await Assert.That(await Dig(run, "+short", "AAAA", "10-1-2-3-via-7")).IsEqualTo("fd7a:115c:a1e0:b1a:0:7:a01:203");
        await Assert.That(await Dig(run, "+short", "host.corp.example")).IsEqualTo("192.0.2.42\n192.0.2.43");
        var absent = await Dig(run, "gone.tail.test");
        await Assert.That(absent).Contains("status: NXDOMAIN").And.Contains("flags: qr aa rd ra");
        // No upstream has it, and dig says what it got.
        await Assert.That(await Dig(run, "example.org")).Contains("status: SERVFAIL");
        await Assert.That(await Dig(run, "+short", "+noedns", "+keepopen", "+tcp", "desk.tail.test", "me.tail.test", "desk.tail.test")).IsEqualTo("100.64.0.2\n100.64.0.1\n100.64.0.2");
    }

    [Test]
    public async Task Dig_asks_again_over_TCP_what_does_not_fit()
    {
        Skip.When(CommandRun.Find("dig") is null, "`dig` (bind9-dnsutils) is not installed");
        await using var run = new NameRun();
        string[] many = [.. Enumerable.Range(1, 100).Select(i => $"192.0.2.{i}")];
        run.Upstream.OnDatagram = query => Questions.Answer(query, 60, many);
        run.Upstream.OnStream = query => Questions.Answer(query, 60, many);
        // 100 records are 1,600 bytes and more.
        await Assert.That((await Dig(run, "+short", "+bufsize=1232", "host.corp.example")).Split('\n').Length).IsEqualTo(100);
        await Assert.That(await Dig(run, "+bufsize=1232", "+ignore", "host.corp.example")).Contains("flags: qr tc rd ra;").And.Contains("ANSWER: 0");
    }

    [Test]
    public async Task A_closed_port_is_passed_over_to_TCP_and_failure_is_told()
    {
        await using var run = new NameRun();
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = closed.LocalEndPoint!.ToString()!;
        closed.Dispose();
        run.Server.Change(address, static (core, address) => core.Configure([], new DnsRoutes([new(".", [new DnsResolver(address, default, false)])])));
        var answer = await run.Server.Ask(Questions.Of("a.example.", DnsType.A), DnsTransport.Udp).WaitAsync(OrbRun.Limit);
        await Assert.That(CodeOf(answer)).IsEqualTo(DnsCode.ServerFailure);
        await Assert.That(run.Failures.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_forged_answer_does_not_count()
    {
        await using var run = new NameRun();
        run.Upstream.OnDatagram = query =>
        {
            var forged = Questions.Answer(query, 60, "192.0.2.66");
            BinaryPrimitives.WriteUInt16BigEndian(forged, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(forged) + 1));
            return forged;
        };
        run.Upstream.OnStream = query => Questions.Answer(query, 60, "192.0.2.1");
        var answer = await run.Server.Ask(Questions.Of("host.corp.example.", DnsType.A), DnsTransport.Tcp).WaitAsync(OrbRun.Limit);
        await Assert.That(answer.Span[^4..].SequenceEqual((ReadOnlySpan<byte>)[192, 0, 2, 1])).IsTrue();
    }

    [Test]
    public async Task Peers_are_asked_over_HTTP()
    {
        await using var run = new NameRun();
        await using var peer = await WebServer.Start(async context =>
        {
            await Assert.That(context.Request.ContentType).IsEqualTo("application/dns-message");
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.ContentType = "application/dns-message";
            await context.Response.Body.WriteAsync(Questions.Answer(body.ToArray(), 60, "192.0.2.7"));
        });
        run.Server.Change($"{peer.Url}/dns-query", static (core, url) => core.Configure([], new DnsRoutes([new(".", [new DnsResolver(url, default, false)])])));
        var query = Questions.Of("a.example.", DnsType.A, 0x4242);
        var answer = await run.Server.Ask(query, DnsTransport.Tcp).WaitAsync(OrbRun.Limit);
        await Assert.That(Convert.ToHexString(answer.Span)).IsEqualTo(Convert.ToHexString(Questions.Answer(query, 60, "192.0.2.7")));
    }

    [Test]
    [Arguments(HttpProtocols.Http2)]
    [Arguments(HttpProtocols.Http1)]
    public async Task Resolvers_with_a_certificate_are_asked_over_HTTPS_at_their_known_addresses(HttpProtocols protocols)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("resolver.test", DateTimeOffset.UtcNow.AddDays(30));
        var answers = true;
        await using var run = new NameRun(roots: X509Certificate2.CreateFromPem(authority.Pem));
        await using var server = await WebServer.Start(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            // RFC 8484 section 4.1: the ID is 0, so that answers can be kept.
            answers &= body.ToArray() is [0, 0, ..] && context.Request.Host.Host == "resolver.test";
            context.Response.ContentType = "application/dns-message";
            await context.Response.Body.WriteAsync(Questions.Answer(body.ToArray(), 60, "192.0.2.8"));
        }, protocols, certificate);
        run.Server.Change($"https://resolver.test:{server.Port}/dns-query", static (core, url) =>
            core.Configure([], new DnsRoutes([new(".", [new DnsResolver(url, [IpAddress.V4(0x7f00_0001)], false)])])));
        var query = Questions.Of("a.example.", DnsType.A, 0x4242);
        var answer = await run.Server.Ask(query, DnsTransport.Tcp).WaitAsync(OrbRun.Limit);
        await Assert.That(Convert.ToHexString(answer.Span)).IsEqualTo(Convert.ToHexString(Questions.Answer(query, 60, "192.0.2.8"))).Because(string.Join(' ', run.Failures));
        await Assert.That(answers).IsTrue();
    }

    [Test]
    [Arguments(503, "application/dns-message", 40)]
    [Arguments(200, "text/html", 40)]
    [Arguments(200, "application/dns-message", 70_000)]
    public async Task What_a_peer_should_not_answer_is_a_failure(int status, string type, int length)
    {
        await using var run = new NameRun();
        await using var peer = await WebServer.Start(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.Body.WriteAsync(new byte[length]);
        });
        run.Server.Change($"{peer.Url}/dns-query", static (core, url) => core.Configure([], new DnsRoutes([new(".", [new DnsResolver(url, default, false)])])));
        await Assert.That(CodeOf(await run.Server.Ask(Questions.Of("a.example.", DnsType.A), DnsTransport.Tcp).WaitAsync(OrbRun.Limit))).IsEqualTo(DnsCode.ServerFailure);
        await Assert.That(run.Failures.Count).IsEqualTo(1);
    }

    [Test]
    public async Task An_answer_that_comes_to_the_listener_is_not_answered()
    {
        await using var run = new NameRun();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(run.Listener.Address);
        var query = Questions.Of("desk.tail.test.", DnsType.A);
        await socket.SendAsync(Questions.Answer(query, 60, "192.0.2.1"));
        await socket.SendAsync(new byte[5]);
        await socket.SendAsync(query);
        var buffer = new byte[512];
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var length = await socket.ReceiveAsync(buffer, limit.Token);
        await Assert.That(Convert.ToHexString(buffer.AsSpan(length - 4, 4))).IsEqualTo("64400002");
        await Assert.That(socket.Available).IsEqualTo(0);
    }

    [Test]
    public async Task Questions_on_one_connection_are_answered_as_they_come_out()
    {
        await using var run = new NameRun();
        var goOn = new TaskCompletionSource();
        run.Upstream.OnStream = query =>
        {
            goOn.Task.Wait();
            return Questions.Answer(query, 60, "192.0.2.1");
        };
        using var client = new TcpClient();
        await client.ConnectAsync(run.Listener.Address);
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await DnsStream.Write(client.GetStream(), Questions.Of("slow.corp.example.", DnsType.A, 1), limit.Token);
        await DnsStream.Write(client.GetStream(), Questions.Of("desk.tail.test.", DnsType.A, 2), limit.Token);
        await Assert.That((int)(await DnsStream.Read(client.GetStream(), limit.Token))![1]).IsEqualTo(2);
        goOn.SetResult();
        await Assert.That((int)(await DnsStream.Read(client.GetStream(), limit.Token))![1]).IsEqualTo(1);
    }

    [Test]
    public async Task Connections_beyond_the_limit_are_closed_and_idle_ones_make_room()
    {
        var time = new FakeTimeProvider();
        await using var run = new NameRun(time: time);
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var query = Questions.Of("desk.tail.test.", DnsType.A);
        var clients = new List<TcpClient>();
        for (var i = 0; i < 64; i++)
        {
            clients.Add(new TcpClient());
            await clients[^1].ConnectAsync(run.Listener.Address, limit.Token);
            await DnsStream.Write(clients[^1].GetStream(), query, limit.Token);
            await Assert.That(await DnsStream.Read(clients[^1].GetStream(), limit.Token)).IsNotNull();
        }
        await Assert.That(await IsClosed()).IsTrue();
        // Each waits for its next question for ten seconds.
        var ends = Task.WhenAll(clients.Select(client => DnsStream.Read(client.GetStream(), limit.Token).AsTask()));
        while (!ends.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
            limit.Token.ThrowIfCancellationRequested();
        }
        await Assert.That((await ends).All(message => message is null)).IsTrue();
        while (await IsClosed())
            limit.Token.ThrowIfCancellationRequested();
        clients.ForEach(client => client.Dispose());

        async Task<bool> IsClosed()
        {
            using var client = new TcpClient();
            await client.ConnectAsync(run.Listener.Address, limit.Token);
            try
            {
                await DnsStream.Write(client.GetStream(), query, limit.Token);
                return await DnsStream.Read(client.GetStream(), limit.Token) is null;
            }
            catch (IOException)
            {
                return true;
            }
        }
    }

    [Test]
    public async Task A_port_that_is_taken_is_said_with_what_to_do()
    {
        await using var run = new NameRun();
        var error = Assert.Throws<IOException>(() => NameListener.Open(run.Listener.Address, run.Server, TimeProvider.System));
        await Assert.That(error.Message).Contains(run.Listener.Address.ToString()).And.Contains("AddressAlreadyInUse").And.Contains("choose another address");
    }

    [Test]
    public async Task Who_waits_when_it_ends_is_told()
    {
        var run = new NameRun();
        var answer = run.Server.Ask(Questions.Of("host.corp.example.", DnsType.A), DnsTransport.Udp);
        await run.DisposeAsync();
        await Assert.That(async () => await answer.WaitAsync(OrbRun.Limit)).Throws<TaskCanceledException>();
    }

    [Test]
    public async Task This_process_finds_names_of_the_tailnet_and_leaves_others_to_the_host()
    {
        await using var run = new NameRun();
        run.Upstream.OnDatagram = query => Questions.Nothing(query, 3, 60, 60);
        run.Upstream.OnStream = query => query[13] == 'w' ? Questions.Answer(query, 60, "10.1.1.1") : Questions.Nothing(query, 3, 60, 60);
        var resolver = new TailnetResolver(run.Server, new FixedResolver([IPAddress.Parse("192.0.2.99")]));
        await Assert.That(await Found("desk.tail.test")).IsEqualTo("100.64.0.2");
        await Assert.That(await Found("DESK.tail.test.")).IsEqualTo("100.64.0.2");
        await Assert.That(await Found("desk")).IsEqualTo("100.64.0.2");
        await Assert.That(await Found("files.corp.example")).IsEqualTo("100.64.0.2");
        await Assert.That(await Found("10-1-2-3-via-7")).IsEqualTo("fd7a:115c:a1e0:b1a:0:7:a01:203");
        await Assert.That(await Found("example.org")).IsEqualTo("192.0.2.99");
        await Assert.That(await Found("localhost")).IsEqualTo("192.0.2.99");
        await Assert.That(await Error("gone.tail.test")).IsEqualTo("gone.tail.test does not exist in the tailnet");
        await Assert.That(await Error("gone.corp.example")).IsEqualTo("gone.corp.example does not exist in the tailnet");

        async Task<string> Found(string name) => string.Join(' ', await resolver.Resolve(name, CancellationToken.None).AsTask().WaitAsync(OrbRun.Limit));

        async Task<string> Error(string name)
        {
            try
            {
                return await Found(name);
            }
            catch (DialException e) when (e.Step == DialStep.LookUp)
            {
                return e.Message;
            }
        }
    }

    private static async Task<string> Dig(NameRun run, params string[] arguments)
    {
        var address = run.Listener.Address;
        var result = await CommandRun.Start("dig", [$"@{address.Address}", "-p", $"{address.Port}", "+tries=1", .. arguments]);
        return result.Out.Trim();
    }

    private static DnsCode CodeOf(ReadOnlyMemory<byte> answer) => DnsHeader.TryRead(answer.Span, out var header) ? header.Code : throw new InvalidDataException();
}
