using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Edge.Admin;
using Edge.Admin.Metrics;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Protocols.Derp;
using Edge.Protocols.Stun;
using Edge.Relay;
using Edge.Tests.Cli;
using Edge.Tests.Orb;
using Edge.Tests.Wire;

namespace Edge.Tests.Relay;

/// <summary>A relay over real sockets and TLS, and the client's shell against it.</summary>
public sealed class RelayServerTests
{
    private const string MeshSecret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";

    [Test]
    public async Task Nodes_send_each_other_packets_of_every_size()
    {
        await using var run = await RelayRun.Start();
        var (a, b) = (await run.Join(), await run.Join());
        foreach (var size in new[] { 0, 1, 100, 1420, 16_384, 65_536 })
        {
            var packet = RandomNumberGenerator.GetBytes(size);
            await Assert.That(a.Connection.Send(b.Key, packet)).IsEqualTo(DerpSendVerdict.Queued);
            await b.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(a.Key.Bytes)} {Convert.ToHexStringLower(packet)}");
        }
        await Assert.That(b.Connection.Send(a.Key, [1])).IsEqualTo(DerpSendVerdict.Queued);
        await a.Inbox.Next("RecvPacket");
        await a.Connection.DisposeAsync();
        await b.Inbox.Next($"PeerGone {Convert.ToHexStringLower(a.Key.Bytes)} 0");
    }

    [Test]
    public async Task Many_nodes_at_once_lose_nothing_while_they_read()
    {
        await using var run = await RelayRun.Start();
        var nodes = new List<(DerpConnection Connection, DerpInbox Inbox, PublicKey Key)>();
        for (var i = 0; i < 20; i++)
            nodes.Add(await run.Join());
        for (var round = 0; round < 50; round++)
        {
            // Each answer is waited for before the next: no queue is ever full.
            var answers = nodes.Select((node, i) =>
            {
                var peer = nodes[(i + 1) % nodes.Count];
                node.Connection.Send(peer.Key, BitConverter.GetBytes(round));
                return peer.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(node.Key.Bytes)} {Convert.ToHexStringLower(BitConverter.GetBytes(round))}");
            }).ToList();
            await Task.WhenAll(answers);
        }
    }

    [Test]
    public async Task Recorded_requests_get_the_answers_of_the_stock_relay()
    {
        await using var run = await RelayRun.Start();
        // One was recorded without the handler of WebSockets that derper puts around the others; ours is as derper's.
        var cases = Vectors.Json("derp", "http.json").EnumerateArray().Where(recorded => recorded.Has("request") && !recorded.Text("name").StartsWith("websocket upgrade to the plain handler", StringComparison.Ordinal)).ToList();
        foreach (var recorded in cases)
        {
            var greeting = recorded.Text("response_head").Contains(" 101 ", StringComparison.Ordinal) || recorded.Text("response_head").Length == 0;
            var rest = recorded.Hex("response_rest_hex");
            // Without a head what comes is the greeting alone.
            var (head, behind) = recorded.Text("response_head").Length == 0
                ? ("", await ReadGreeting(run, recorded.Text("request"), rest.Length))
                : await run.Ask(recorded.Text("request"), rest.Length);
            var key = Convert.ToHexStringLower(run.Server.Key.Bytes);
            var expected = recorded.Text("response_head").Replace(recorded.Text("server_public"), key, StringComparison.Ordinal);
            if (greeting)
            {
                await Assert.That(head).IsEqualTo(expected).Because(recorded.Text("name"));
                await Assert.That(Convert.ToHexStringLower(behind)).IsEqualTo(recorded.Text("response_rest_hex").Replace(recorded.Text("server_public"), key, StringComparison.Ordinal));
                continue;
            }
            // The order of fields means nothing (RFC 9110, section 5.3), and the date is today's.
            await Assert.That(Fields(head)).IsEqualTo(Fields(expected)).Because(recorded.Text("name"));
            await Assert.That(Convert.ToHexStringLower(behind)).IsEqualTo(recorded.Text("response_rest_hex")).Because(recorded.Text("name"));
        }
        await Assert.That(cases.Count).IsGreaterThanOrEqualTo(10);
    }

    [Test]
    [Arguments("/", "DERP")]
    [Arguments("/robots.txt", "Disallow: /")]
    [Arguments("/bootstrap-dns?q=localhost", "\"localhost\":[")]
    public async Task Pages(string path, string part)
    {
        await using var run = await RelayRun.Start(options => options with { BootstrapNames = ["localhost"] });
        using var client = new HttpClient(OrbRun.Handler()) { BaseAddress = new Uri($"https://127.0.0.1:{run.Node.Port}") };
        var text = await client.GetStringAsync(path);
        // Names are looked up in the background.
        for (; path.StartsWith("/boot", StringComparison.Ordinal) && text == "{}"; text = await client.GetStringAsync(path))
            await Task.Yield();
        await Assert.That(text).Contains(part);
    }

    [Test]
    public async Task Its_handshake_shows_its_key_so_that_nothing_need_be_waited_for()
    {
        await using var run = await RelayRun.Start();
        await using var stream = await RelayRun.Dialler().Dial(run.Node, CancellationToken.None);
        await Assert.That(stream.Server).IsEqualTo(run.Server.Key);
    }

    [Test]
    public async Task What_comes_with_the_request_is_not_lost_and_a_known_relay_need_not_answer_first()
    {
        await using var run = await RelayRun.Start();
        var key = run.NewKey();
        await using var tls = await run.Dial();
        var client = new DerpClient(MonotonicClock.Now, new DerpClientOptions { Key = key, Server = run.Server.Key }, new SystemEntropy());
        client.Ping("12345678"u8);
        await tls.WriteAsync((byte[])[.. "GET /derp HTTP/1.1\r\nHost: derp.test\r\nUpgrade: DERP\r\nConnection: Upgrade\r\nDerp-Fast-Start: 1\r\n\r\n"u8, .. client.Poll().Span]);
        var buffer = new byte[1000];
        var came = "";
        while (came != "ServerInfo, Pong, ")
        {
            var length = await tls.ReadAsync(buffer).AsTask().WaitAsync(OrbRun.Limit);
            await Assert.That(length).IsGreaterThan(0);
            ReadAll(length);
        }

        void ReadAll(int length)
        {
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, length);
            while (client.Handle(MonotonicClock.Now, ref bytes, out var message))
                came += $"{message.Kind}, ";
        }
    }

    [Test]
    public async Task A_request_that_comes_byte_by_byte_is_answered_as_one_that_comes_whole()
    {
        await using var run = await RelayRun.Start();
        await using var tls = await run.Dial();
        foreach (var one in "GET /derp HTTP/1.1\r\nHost: derp.test\r\nUpgrade: DERP\r\nConnection: Upgrade\r\n\r\n"u8.ToArray())
            await tls.WriteAsync((byte[])[one]);
        var expected = UpgradeRequest.Answer(run.Server.Key);
        var answer = new byte[expected.Length];
        await tls.ReadExactlyAsync(answer).AsTask().WaitAsync(OrbRun.Limit);
        await Assert.That(Encoding.Latin1.GetString(answer)).IsEqualTo(Encoding.Latin1.GetString(expected));
    }

    [Test]
    public async Task Packets_that_come_with_the_request_are_passed_on_however_many()
    {
        await using var run = await RelayRun.Start();
        var b = await run.Join();
        await using var tls = await run.Dial();
        var key = run.NewKey();
        var client = new DerpClient(MonotonicClock.Now, new DerpClientOptions { Key = key, Server = run.Server.Key }, new SystemEntropy());
        for (byte i = 0; i < 5; i++)
            client.Send(MonotonicClock.Now, b.Key, [i, .. new byte[1400]]);
        List<byte> all = [.. "GET /derp HTTP/1.1\r\nHost: derp.test\r\nUpgrade: DERP\r\nConnection: Upgrade\r\nDerp-Fast-Start: 1\r\n\r\n"u8];
        while (client.Poll() is { IsEmpty: false } bytes)
        {
            all.AddRange(bytes.Span);
            client.Written();
        }
        // One record, more than is read for a request; and nothing comes behind it.
        await tls.WriteAsync(all.ToArray());
        for (byte i = 0; i < 5; i++)
            await b.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(key.PublicKey.Bytes)} {i:x2}00");
    }

    [Test]
    public async Task A_client_that_does_not_read_is_cut_off_and_delays_nobody()
    {
        await using var run = await RelayRun.Start();
        var (a, b) = (await run.Join(), await run.Join());
        var key = run.NewKey();
        await using var deaf = await run.Dial();
        var hello = new DerpClient(MonotonicClock.Now, new DerpClientOptions { Key = key, Server = run.Server.Key }, new SystemEntropy());
        await deaf.WriteAsync((byte[])[.. "GET /derp HTTP/1.1\r\nHost: derp.test\r\nUpgrade: DERP\r\nConnection: Upgrade\r\nDerp-Fast-Start: 1\r\n\r\n"u8, .. hello.Poll().Span]);
        var packet = RandomNumberGenerator.GetBytes(60_000);
        using var page = new MetricsPage(run.Meter, new BuildIdentity("1", "2"), TimeProvider.System);
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        // More than the system holds for it, again and again, until the relay has waited long enough; and for each of them one to who reads.
        for (var round = 0; !page.Text().Contains("\nderp_sclient_write_timeouts 1\n", StringComparison.Ordinal); round++)
        {
            limit.Token.ThrowIfCancellationRequested();
            for (var i = 0; i < 8; i++)
                a.Connection.Send(key.PublicKey, packet);
            a.Connection.Send(b.Key, BitConverter.GetBytes(round));
            await b.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(a.Key.Bytes)} {Convert.ToHexStringLower(BitConverter.GetBytes(round))}");
        }
    }

    [Test]
    public async Task Nothing_is_held_of_clients_that_have_left()
    {
        await using var run = await RelayRun.Start();
        for (var i = 0; i < 50; i++)
        {
            var node = await run.Join();
            await node.Connection.DisposeAsync();
        }
        // Some come to nothing on the way.
        for (var i = 0; i < 10; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, run.Node.Port);
            await socket.GetStream().WriteAsync("no TLS"u8.ToArray());
        }
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        while (run.Server.OpenConnections > 0 && !limit.IsCancellationRequested)
            await Task.Yield();
        await Assert.That(run.Server.OpenConnections).IsEqualTo(0);
    }

    [Test]
    public async Task A_client_that_is_not_let_through_goes_inside_of_a_WebSocket()
    {
        await using var run = await RelayRun.Start();
        await using var narrow = await NarrowProxy.Start(run.Node.Port);
        var plain = await run.Join();
        var inside = await run.Join(run.Node with { Port = narrow.Port, CertName = "", IsInsecure = true });
        await Assert.That(narrow.Refused).IsEqualTo(1);
        var packet = RandomNumberGenerator.GetBytes(3000);
        inside.Connection.Send(plain.Key, packet);
        await plain.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(inside.Key.Bytes)} {Convert.ToHexStringLower(packet)}");
        plain.Connection.Send(inside.Key, packet);
        await inside.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(plain.Key.Bytes)} {Convert.ToHexStringLower(packet)}");
    }

    [Test]
    public async Task A_certificate_with_another_hash_is_refused_with_both_hashes()
    {
        await using var run = await RelayRun.Start();
        var pin = DerpNode.PinPrefix + new string('0', 64);
        var failure = await Assert.ThrowsAsync<DialException>(async () => await run.Connect(run.Node with { CertName = pin }));
        await Assert.That(failure!.Step).IsEqualTo(DialStep.Handshake);
        await Assert.That(failure.Message).Contains(run.Node.CertName[DerpNode.PinPrefix.Length..]).And.Contains(pin[DerpNode.PinPrefix.Length..]);
        await Assert.ThrowsAsync<DialException>(async () => await run.Connect(run.Node with { CertName = "" }));
    }

    [Test]
    public async Task Key_and_certificate_are_kept_where_only_the_owner_reads_them()
    {
        using var folder = new TemporaryFolder();
        string Identity(RelayRun run) => $"{run.Server.Key} {run.Node.CertName}";
        string first;
        await using (var run = await RelayRun.Start(options => options with { StateFolder = folder.Path }))
            first = Identity(run);
        await using (var run = await RelayRun.Start(options => options with { StateFolder = folder.Path }))
            await Assert.That(Identity(run)).IsEqualTo(first);
        foreach (var file in Directory.GetFiles(Path.Combine(folder.Path, "relay")))
            await Assert.That(OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file)).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite).Because(file);
        await Assert.That(Directory.GetFiles(Path.Combine(folder.Path, "relay")).Length).IsEqualTo(3);
    }

    [Test]
    [Arguments("{\\\"Allow\\\":true}", true)]
    [Arguments("{\\\"Allow\\\":false}", false)]
    [Arguments("{\\\"allow\\\":true,\\\"reason\\\":[1]}", true)]
    [Arguments("{\\\"Allow\\\":1}", false)]
    [Arguments("[true]", false)]
    [Arguments("no", false)]
    public async Task An_admission_controller_decides(string body, bool isAdmitted)
    {
        await using var controller = await OrbRun.Start($"servers {{ [\":1\"] {{ handler = new Respond {{ body = \"{body}\" }} }} }}");
        await using var run = await RelayRun.Start(options => options with { Admission = Admission(options, controller.Address.Port, failsOpen: true) });
        var node = await run.Connect();
        if (isAdmitted)
            await node.Inbox.Next("ServerInfo");
        else
            await Assert.That(await node.Connection.Ended.WaitAsync(OrbRun.Limit)).IsNotEmpty();
        await Assert.That(node.Inbox.Messages.Count).IsEqualTo(isAdmitted ? 1 : 0);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Without_an_answer_all_are_admitted_or_nobody(bool failsOpen)
    {
        await using var run = await RelayRun.Start(options => options with { Admission = Admission(options, EdgeProcess.FreePort(), failsOpen) });
        var node = await run.Connect();
        if (failsOpen)
            await node.Inbox.Next("ServerInfo");
        else
            await node.Connection.Ended.WaitAsync(OrbRun.Limit);
        await Assert.That(run.Log.Lines.Any(line => line.Contains("does not answer", StringComparison.Ordinal))).IsTrue();
    }

    [Test]
    public async Task Relays_of_a_region_forward_to_each_others_nodes()
    {
        using var mesh = MeshKey.TryParse(MeshSecret, out var key) ? key : null;
        await using var left = await RelayRun.Start(options => options with { Mesh = mesh });
        await using var right = await RelayRun.Start(options => options with { Mesh = mesh, MeshWith = [left.Node] });
        // The other way needs the address of the second, which is known once it runs.
        await using var third = await RelayRun.Start(options => options with { Mesh = mesh, MeshWith = [left.Node, right.Node] });
        var (a, b) = (await left.Join(), await third.Join());
        // The third relay learns of the first one's node in its own time; discovery says when it does not know it yet.
        while (!a.Inbox.Messages.Any(text => text.StartsWith("RecvPacket", StringComparison.Ordinal)))
        {
            b.Connection.Send(a.Key, [4, 2]);
            await Task.Yield();
        }
        await Assert.That(await a.Inbox.Next("RecvPacket")).IsEqualTo($"RecvPacket {Convert.ToHexStringLower(b.Key.Bytes)} 0402");
        await Assert.That(third.Log.Lines.Any(line => line.Contains("meshed with", StringComparison.Ordinal))).IsTrue();
        await a.Connection.DisposeAsync();
    }

    [Test]
    public async Task A_relay_that_is_in_its_own_list_leaves_itself_alone()
    {
        using var folder = new TemporaryFolder();
        using var mesh = MeshKey.TryParse(MeshSecret, out var key) ? key : null;
        var port = EdgeProcess.FreePort();
        string pin;
        await using (var first = await RelayRun.Start(options => options with { StateFolder = folder.Path }))
            pin = first.Node.CertName;
        await using var run = await RelayRun.Start(options => options with
        {
            StateFolder = folder.Path,
            Mesh = mesh,
            Listen = options.Listen with { Port = port },
            MeshWith = [new DerpNode { HostName = "127.0.0.1", Port = port, CertName = pin }],
        });
        while (!run.Log.Lines.Any(line => line.Contains("this relay itself", StringComparison.Ordinal)))
            await Task.Yield();
    }

    [Test]
    public async Task STUN_is_answered_beside_it()
    {
        await using var run = await RelayRun.Start(options => options with { StunPort = 0 });
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var request = new byte[StunBinding.RequestSize];
        StunBinding.WriteRequest(request, "twelve bytes"u8);
        await socket.SendAsync(request, new IPEndPoint(IPAddress.Loopback, run.Server.StunPort!.Value));
        var answer = await socket.ReceiveAsync().WaitAsync(OrbRun.Limit);
        await Assert.That(StunBinding.ReadResponse(answer.Buffer, out _, out var mapped)).IsEqualTo(StunVerdict.Accepted);
        await Assert.That(mapped).IsEqualTo(new Endpoint(IpAddress.V4(0x7f00_0001), (ushort)((IPEndPoint)socket.Client.LocalEndPoint!).Port));
    }

    [Test]
    public async Task Whoever_is_connected_when_it_stops_is_told_to_come_again()
    {
        await using var run = await RelayRun.Start();
        var node = await run.Join();
        var stopping = run.Server.Stop();
        await node.Inbox.Next("Restarting 2000 60000");
        await node.Connection.Ended.WaitAsync(OrbRun.Limit);
        await stopping.WaitAsync(OrbRun.Limit);
    }

    [Test]
    public async Task Its_figures_have_derpers_names()
    {
        await using var run = await RelayRun.Start();
        using var page = new MetricsPage(run.Meter, new BuildIdentity("1", "2"), TimeProvider.System);
        var (a, b) = (await run.Join(), await run.Join());
        a.Connection.Send(b.Key, [1, 2, 3]);
        await b.Inbox.Next("RecvPacket");
        a.Connection.Send(run.NewKey().PublicKey, [1]);
        // The relay handles one connection's frames in their order.
        a.Connection.Ping("12345678"u8);
        await a.Inbox.Next("Pong");
        var text = page.Text();
        await Assert.That(text).Contains("\nderp_accepts 2\n").And.Contains("\nderp_current_connections 2\n").And.Contains("\nderp_packets_received 2\n")
            .And.Contains("\nderp_bytes_sent 3\n").And.Contains("# TYPE derp_accepts counter\n").And.Contains("# TYPE derp_clients_local gauge\n")
            .And.Contains("\nderp_packets_dropped{kind=\"other\",reason=\"unknown_dest\"} 1\n");
    }

    [Test]
    public async Task A_key_that_is_damaged_is_said_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "relay"));
        var file = folder.Write("relay/relay.key", "privkey:12"u8);
        var failure = await Assert.ThrowsAsync<Edge.Orb.OrbException>(async () => await RelayRun.Start(options => options with { StateFolder = folder.Path }));
        await Assert.That(failure!.Message).Contains(file);
        await Assert.That(await File.ReadAllTextAsync(file)).IsEqualTo("privkey:12");
    }

    private static UrlAdmission Admission(RelayServerOptions options, int port, bool failsOpen) =>
        new(new Uri($"http://127.0.0.1:{port}/"), failsOpen, options.Dialler, options.Logs.CreateLogger("relay"));

    private static async Task<byte[]> ReadGreeting(RelayRun run, string request, int length)
    {
        await using var tls = await run.Dial();
        await tls.WriteAsync(Encoding.Latin1.GetBytes(request));
        var bytes = new byte[length];
        await tls.ReadExactlyAsync(bytes).AsTask().WaitAsync(OrbRun.Limit);
        return bytes;
    }

    private static string Fields(string head)
    {
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', lines.Skip(1).Where(line => !line.StartsWith("Date:", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Prepend(lines[0]));
    }
}
