using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Edge.Foundation.Configuration;
using Edge.Foundation.Netmap;
using Edge.Node.Tailnet;
using Edge.Orb;
using Edge.Protocols.Dns;
using Edge.Tests.Admin;
using Edge.Tests.Cli;
using Edge.Tests.Dns;
using Edge.Tests.Io.Control;
using Edge.Tests.Node.Status;
using Edge.Tests.Orb;
using Edge.Tests.Orb.Middlewares;
using AdminConfiguration = Edge.Foundation.Configuration.Admin;

namespace Edge.Tests.Networks;

/// <summary>A server that joined the laboratory's tailnet: its names, its status, and what is told of it to commands and scripts.</summary>
public sealed class TailnetNamesTests
{
    [Test]
    public async Task The_forwarder_answers_other_programs_and_the_tunnel_this_side()
    {
        await using var lab = await LabServer.Start();
        await using var desk = new JoinedNode(lab.Url, "desk", lab.AuthKey);
        var forwarder = UnusedAddress();
        await using var run = await Serve(lab, $$"""dns { forwarder = "{{forwarder}}" }""");
        var map = await Until(run, static map => map.Peers.Count == 1);
        var address = map.Peers.Single().Value.Addresses[0].Address.ToString();

        await Assert.That(await Dig(forwarder, "desk.edge.test", "A", "+short")).IsEqualTo(address);
        await Assert.That(await Dig(forwarder, "desk.edge.test", "A", "+short", "+tcp")).IsEqualTo(address);
        await Assert.That(await Dig(forwarder, "-x", address, "+short")).IsEqualTo("desk.edge.test.");
        await Assert.That(await Dig(forwarder, "gone.edge.test", "A")).Contains("status: NXDOMAIN");
        await Assert.That(run.Log.Text).Contains($"the networks' names are answered for other programs on {forwarder}").And.DoesNotContain("other hosts can ask");

        var network = run.Server.Networks.Find("lab")!.Network;
        var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var socket = await network.BindFree(MagicDns.ServerV4, (_, _, _, bytes) => answer.TrySetResult(bytes.ToArray()), CancellationToken.None);
        socket.Send(socket.Local, new(MagicDns.ServerV4, 53), Questions.Of("desk.edge.test.", DnsType.A));
        await Assert.That(new IPAddress((await answer.Task.WaitAsync(OrbRun.Limit))[^4..]).ToString()).IsEqualTo(address);
        await Assert.That(string.Join(' ', await run.Server.Networks.Find("lab")!.Resolver!.Resolve("desk", CancellationToken.None))).IsEqualTo(address);
    }

    [Test]
    public async Task Commands_tell_what_the_running_server_knows()
    {
        await using var lab = await LabServer.Start();
        await using var desk = new JoinedNode(lab.Url, "desk", lab.AuthKey);
        await using var run = await Serve(lab);
        var map = await Until(run, static map => map.Peers.Count == 1);
        var peer = map.Peers.Single().Value;
        var (own, address) = (map.Self.Addresses[0].Address.ToString(), peer.Addresses[0].Address.ToString());

        var status = await Ask(run, "status");
        await Assert.That(status.Error).IsEqualTo("");
        await Assert.That(status.Out).StartsWith("# lab: Running\n").And.Contains($"{own}  edge  alice  linux").And.Contains($"{address}  desk  alice  linux  -");
        using var document = JsonDocument.Parse((await Ask(run, "status", "--json")).Out);
        await Assert.That(document.RootElement.GetProperty("Peer").GetProperty(peer.Key.ToString()).GetProperty("DNSName").GetString()).IsEqualTo("desk.edge.test.");
        await Assert.That(await Ask(run, "status", "--network", "other")).IsEqualTo(new CommandRun(
            1, "", "edge: error: this server is in no tailnet `other`\n  help: `edge status` without `--network` shows the first tailnet and names the others.\n"));

        var whois = await Ask(run, "whois", $"{address}:443");
        await Assert.That(whois.Out).Contains("Name:          desk.edge.test\n").And.Contains("User:\n  Name:     alice\n");
        await Assert.That((string)JsonNode.Parse((await Ask(run, "whois", peer.Key.ToString(), "--json")).Out)!["UserProfile"]!["LoginName"]!).IsEqualTo("alice");
        await Assert.That((await Ask(run, "whois", "100.99.99.99")).ExitCode).IsEqualTo(1);
        await Assert.That((await Ask(run, "whois", "zzz")).ExitCode).IsEqualTo(2);

        await Assert.That(await Ask(run, "dns", "desk.edge.test")).IsEqualTo(new CommandRun(0, $"; desk.edge.test. A: NOERROR\ndesk.edge.test.\t600\tIN\tA\t{address}\n", ""));
        await Assert.That((await Ask(run, "dns", address, "PTR")).Out).Contains("\tIN\tPTR\tdesk.edge.test.\n");
        await Assert.That(await Ask(run, "dns", "gone.edge.test")).IsEqualTo(new CommandRun(1, "; gone.edge.test. A: NXDOMAIN\n", ""));
        await Assert.That((await Ask(run, "dns", "desk", "NONSENSE")).ExitCode).IsEqualTo(2);
        await Assert.That((await Ask(run, "dns")).Out).Contains("# lab\n  MagicDNS: names of edge.test; this node is edge.edge.test\n  100.100.100.100 in the tunnel: answers\n  search domains: edge.test\n");
    }

    /// <summary>A peer says what its host is called.</summary>
    [Test]
    public async Task What_peers_say_does_not_reach_the_terminal_as_it_is()
    {
        await Assert.That(Edge.Cli.Printable.Of("desk \u001b[31m\u009b\u007f\n")).IsEqualTo("desk ?[31m???");
        await Assert.That(Edge.Cli.Printable.Of("Zoë の desk")).IsEqualTo("Zoë の desk");
    }

    /// <summary>The names, kinds and labels of the stock client's user metrics.</summary>
    [Test]
    public async Task Metrics_have_the_names_of_tailscales()
    {
        await using var lab = await LabServer.Start();
        await using var run = await Serve(lab);
        await Until(run, static _ => true);
        using var client = Client(run);
        var ours = (await client.GetStringAsync("/metrics")).Split('\n');
        foreach (var line in RecordedLocalApi.Text("usermetrics").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#') || line.Contains("peer_relay", StringComparison.Ordinal))
                continue;
            var series = line[..line.LastIndexOf(' ')].Replace("{", "{network=\"lab\",", StringComparison.Ordinal);
            series = series.Contains('{', StringComparison.Ordinal) ? series : $"{series}{{network=\"lab\"}}";
            await Assert.That(ours.Any(one => one.StartsWith($"{series} ", StringComparison.Ordinal))).IsTrue().Because(series);
        }
        foreach (var type in RecordedLocalApi.Text("usermetrics").Split('\n').Where(static line => line.StartsWith("# TYPE", StringComparison.Ordinal)))
            await Assert.That(ours).Contains(type);
    }

    [Test]
    public async Task Events_begin_with_how_things_stand_and_go_on_with_what_changes()
    {
        await using var lab = await LabServer.Start();
        await using var run = await Serve(lab);
        await Until(run, static map => map.Peers.Count == 0);
        using var client = Client(run);
        await using var stream = await client.GetStreamAsync("/localapi/v0/events");
        using var lines = new StreamReader(stream);
        var seen = new List<string>();
        while (!seen.Contains("netmap edge.edge.test, 0 peers"))
            seen.Add(await Next());
        await using var desk = new JoinedNode(lab.Url, "desk", lab.AuthKey);
        while (!seen.Contains("netmap edge.edge.test, 1 peers"))
            seen.Add(await Next());
        await Assert.That(seen).Contains("state up");
        // The stream ends with the server, and does not keep it.
        var stopping = run.Server.Stop();
        while (await lines.ReadLineAsync().WaitAsync(OrbRun.Limit) is not null)
        {
        }
        await stopping.WaitAsync(OrbRun.Limit);

        async Task<string> Next()
        {
            var happened = JsonNode.Parse((await lines.ReadLineAsync().WaitAsync(OrbRun.Limit))!)!;
            return $"{happened["Kind"]} {happened["Text"]}";
        }
    }

    [Test]
    [Arguments("Origin: http://evil.example", "127.0.0.1", HttpStatusCode.Forbidden)]
    [Arguments("Referer: http://evil.example/", "127.0.0.1", HttpStatusCode.Forbidden)]
    [Arguments("X-Plain: 1", "evil.example", HttpStatusCode.Forbidden)]
    [Arguments("X-Plain: 1", "local-tailscaled.sock", HttpStatusCode.NotFound)]
    [Arguments("X-Plain: 1", "127.0.0.1", HttpStatusCode.NotFound)]
    public async Task A_page_in_a_browser_learns_nothing(string header, string host, HttpStatusCode status)
    {
        await using var run = await AdminRun.Start("servers { [\":8080\"] { handler = 200 } }", new AdminConfiguration { Listen = new ListenAddress { Host = "127.0.0.1", Port = 0 } }, null);
        using var client = Client(run);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/localapi/v0/status");
        request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation(header[..header.IndexOf(':')], header[(header.IndexOf(':') + 2)..]);
        using var answer = await client.SendAsync(request);
        await Assert.That(answer.StatusCode).IsEqualTo(status);
    }

    /// <summary>Where a tailnet bridges inbound, callers are asked for without a word in the configuration.</summary>
    [Test]
    [Arguments("", "", true)]
    [Arguments("", "middleware { new TailscaleAuth { headers = false } }", false)]
    [Arguments("", "networks { \"other\" }", false)]
    [Arguments("bridgeInbound = false", "", false)]
    public async Task TailscaleAuth_is_put_in_by_itself(string tunnel, string block, bool isTold)
    {
        await using var upstream = Echo.Start();
        var text = $$"""
            networks { ["lab"] { tailscale { direct = true; controlUrl = "http://127.0.0.1:9"; stateDir = "mem:" } tunnel { {{tunnel}} } } ["other"] {} }
            servers { [":8080"] { {{block}} {{Echo.Handler(upstream)}} } }
            """;
        await using var orb = await OrbRun.Start(text, change: static options => options with { Identities = new KnownCallers(new Identity { Login = "joe@example.com" }) });
        var answer = await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await Assert.That(answer).StartsWith("HTTP/1.1 200 ");
        await Assert.That(answer.Contains("Tailscale-User-Login: joe@example.com\r\n", StringComparison.Ordinal)).IsEqualTo(isTold);
    }

    private static Task<AdminRun> Serve(LabServer lab, string more = "") => AdminRun.Start(
        $$"""
        networks { ["lab"] { tailscale { direct = true; authKey = "{{lab.AuthKey}}"; controlUrl = "{{lab.Url}}"; stateDir = "mem:"; hostname = "edge"; {{more}} } } }
        servers { [":8080"] { handler = 200 } }
        """,
        new AdminConfiguration { Listen = new ListenAddress { Host = "127.0.0.1", Port = 0 } },
        null);

    private static async Task<NetworkMap> Until(AdminRun run, Func<NetworkMap, bool> condition)
    {
        var reached = new TaskCompletionSource<NetworkMap>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = ((TailnetNetwork)run.Server.Networks.Find("lab")!).Subscribe(map =>
        {
            if (condition(map))
                reached.TrySetResult(map);
        });
        return await reached.Task.WaitAsync(OrbRun.Limit);
    }

    private static HttpClient Client(AdminRun run) => new(OrbRun.Handler()) { BaseAddress = new Uri($"http://{run.Private.Bound}"), Timeout = OrbRun.Limit };

    private static Task<CommandRun> Ask(AdminRun run, params string[] arguments) => CommandRun.InProcess([.. arguments, "--admin", $"{run.Private.Bound}"]);

    /// <summary>All of 127.0.0.0/8 is this host's: nobody else will have chosen the same.</summary>
    private static IPEndPoint UnusedAddress()
    {
        var bytes = RandomNumberGenerator.GetBytes(3);
        return new IPEndPoint(new IPAddress([127, (byte)(bytes[0] | 128), bytes[1], (byte)(bytes[2] | 2)]), 15353);
    }

    private static async Task<string> Dig(IPEndPoint server, params string[] arguments)
    {
        var result = await CommandRun.Start("dig", [$"@{server.Address}", "-p", $"{server.Port}", "+tries=3", .. arguments]);
        return result.Out.Trim();
    }
}
