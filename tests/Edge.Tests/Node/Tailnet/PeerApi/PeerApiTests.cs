using System.Net;
using System.Text;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Node.Networks;
using Edge.Node.Tailnet.PeerApi;
using Edge.Tests.Networks;
using Edge.Tests.Orb;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Node.Tailnet.PeerApi;

/// <summary>The interface for peers, over two netstacks: what a peer is answered, and what nobody is who speaks through a peer's browser.</summary>
public sealed class PeerApiTests
{
    private const ushort Port = 4321;

    [Test]
    [Arguments("GET / HTTP/1.1\r\nHost: 10.7.0.2:4321\r\n\r\n", "HTTP/1.1 200 ")]
    [Arguments("HEAD / HTTP/1.1\r\nHost: 10.7.0.2:4321\r\n\r\n", "HTTP/1.1 200 ")]
    [Arguments("GET / HTTP/1.1\r\nHost: peer\r\n\r\n", "HTTP/1.1 200 ")]
    [Arguments("GET / HTTP/1.1\r\nHost: 10.7.0.2:4321\r\nOrigin: http://evil.example\r\n\r\n", "HTTP/1.1 403 ")]
    [Arguments("GET / HTTP/1.1\r\nHost: 10.7.0.2:4321\r\nreferer: http://evil.example/\r\n\r\n", "HTTP/1.1 403 ")]
    [Arguments("GET / HTTP/1.1\r\nHost: evil.example:4321\r\n\r\n", "HTTP/1.1 403 ")]
    [Arguments("GET / HTTP/1.1\r\nHost: 10.7.0.9:4321\r\n\r\n", "HTTP/1.1 403 ")]
    [Arguments("GET / HTTP/1.1\r\nHost: 10.7.0.2\r\n\r\n", "HTTP/1.1 403 ")]
    [Arguments("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 403 ")]
    [Arguments("PUT /v0/put/file HTTP/1.1\r\nHost: peer\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 404 ")]
    [Arguments("POST /v0/ingress HTTP/1.1\r\nHost: peer\r\n\r\n", "HTTP/1.1 404 ")]
    [Arguments("GET /v0/env HTTP/1.1\r\nHost: peer\r\n\r\n", "HTTP/1.1 404 ")]
    [Arguments("POST / HTTP/1.1\r\nHost: peer\r\n\r\n", "HTTP/1.1 405 ")]
    [Arguments("nonsense\r\n\r\n", "HTTP/1.1 400 ")]
    public async Task A_request_is_answered(string request, string expected)
    {
        await using var pair = new NetworkPair();
        var answer = await Ask(pair, Map(pair), request);
        await Assert.That(answer).StartsWith(expected);
        await Assert.That(answer).Contains("\r\nX-Frame-Options: DENY\r\n");
        if (request.StartsWith("HEAD", StringComparison.Ordinal))
            await Assert.That(answer).EndsWith("\r\n\r\n");
    }

    [Test]
    public async Task The_page_greets_the_peer_by_its_name_and_believes_none_of_it()
    {
        await using var pair = new NetworkPair();
        await Assert.That(await Ask(pair, Map(pair, "<b>a.example."), "GET / HTTP/1.1\r\nHost: peer\r\n\r\n")).Contains("<h1>Hello, &lt;b&gt;a.example (10.7.0.1)</h1>");
    }

    [Test]
    public async Task Who_is_no_peer_is_hung_up_on()
    {
        await using var pair = new NetworkPair();
        await Assert.That(await Ask(pair, Map(pair, address: "10.7.0.77"), "GET / HTTP/1.1\r\nHost: peer\r\n\r\n")).IsEqualTo("");
        await Assert.That(await Ask(pair, null, "GET / HTTP/1.1\r\nHost: peer\r\n\r\n", Port + 1)).IsEqualTo("");
    }

    [Test]
    public async Task A_peer_of_another_tailnet_knows_this_node_by_another_address()
    {
        await using var pair = new NetworkPair();
        var map = Map(pair, change: peer => peer with { SelfV4Masquerade = IpAddress.Of(IPAddress.Parse("100.64.9.9")) });
        await Assert.That(await Ask(pair, map, "GET / HTTP/1.1\r\nHost: 10.7.0.2:4321\r\n\r\n")).StartsWith("HTTP/1.1 403 ");
        await Assert.That(await Ask(pair, map, "GET / HTTP/1.1\r\nHost: 100.64.9.9:4321\r\n\r\n", Port + 1)).StartsWith("HTTP/1.1 200 ");
    }

    [Test]
    [Arguments("POST /dns-query HTTP/1.1\r\nHost: peer\r\nContent-Type: application/dns-message\r\nContent-Length: 3\r\n\r\nabc", "abc")]
    [Arguments("GET /dns-query?dns=YWJj HTTP/1.1\r\nHost: peer\r\n\r\n", "abc")]
    [Arguments("GET /dns-query?dns=_-8= HTTP/1.1\r\nHost: peer\r\n\r\n", "\u00ff\u00ef")]
    [Arguments("GET /dns-query?dns=%%% HTTP/1.1\r\nHost: peer\r\n\r\n", null)]
    [Arguments("GET /dns-query HTTP/1.1\r\nHost: peer\r\n\r\n", null)]
    [Arguments("POST /dns-query HTTP/1.1\r\nHost: peer\r\nContent-Length: 3\r\n\r\nabc", null)]
    public async Task Names_are_answered_where_the_peer_may_ask(string request, string? message)
    {
        await using var pair = new NetworkPair();
        var asked = new TaskCompletionSource<string>();
        var answer = await Ask(pair, Map(pair), request, names: (peer, query) =>
        {
            asked.SetResult($"{peer} {Encoding.Latin1.GetString(query.Span)}");
            return Task.FromResult<ReadOnlyMemory<byte>?>("answer"u8.ToArray());
        });
        await Assert.That(asked.Task.IsCompleted).IsEqualTo(message is not null);
        if (message is null)
        {
            await Assert.That(answer).StartsWith("HTTP/1.1 400 ");
            return;
        }
        await Assert.That(await asked.Task).IsEqualTo($"10.7.0.1 {message}");
        await Assert.That(answer).Contains("\r\nContent-Type: application/dns-message\r\n").And.EndsWith("\r\n\r\nanswer");
    }

    [Test]
    public async Task Names_are_nobodys_business_unless_the_policy_says_so()
    {
        await using var pair = new NetworkPair();
        await Assert.That(await Ask(pair, Map(pair), "GET /dns-query?dns=YWJj HTTP/1.1\r\nHost: peer\r\n\r\n")).StartsWith("HTTP/1.1 403 ");
    }

    [Test]
    [Arguments("100.64.0.1", 58_436)]
    [Arguments("fd7a:115c:a1e0::4001", -1)]
    public async Task The_port_is_the_same_each_time_and_another_where_it_is_taken(string text, int expected)
    {
        var address = IpAddress.Of(IPAddress.Parse(text));
        var port = PeerApiServer.PortFor(address, static _ => false);
        await Assert.That(port).IsGreaterThanOrEqualTo((ushort)32_768);
        await Assert.That(PeerApiServer.PortFor(address, static _ => false)).IsEqualTo(port);
        await Assert.That(PeerApiServer.PortFor(address, taken => taken == port)).IsNotEqualTo(port);
        if (expected > 0)
            await Assert.That((int)port).IsEqualTo(expected);
    }

    private static async Task<string> Ask(NetworkPair pair, NetworkMap? map, string request, int port = Port, Func<IpAddress, ReadOnlyMemory<byte>, Task<ReadOnlyMemory<byte>?>>? names = null)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var server = new PeerApiServer(() => map, names ?? (static (_, _) => Task.FromResult<ReadOnlyMemory<byte>?>(null)), new LogLines());
        pair.B.Listen((ushort)port, server.Take);
        await using var stream = new TunnelStream(await pair.A.Dial(new Endpoint(pair.B.Addresses[0], (ushort)port), limit.Token));
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), limit.Token);
        }
        catch (IOException)
        {
            // It has hung up already.
        }
        return await OrbRun.ReadAll(stream, limit.Token);
    }

    private static NetworkMap Map(NetworkPair pair, string name = "a.example.", string? address = null, Func<TailnetNode, TailnetNode>? change = null)
    {
        var peer = new TailnetNode
        {
            Id = new NodeId(2),
            Key = Edge.Tests.Control.ControlWorld.Key<NodeKind>(2),
            Name = name,
            Addresses = ValueLists.Own<IpPrefix>([new IpPrefix(address is null ? pair.A.Addresses[0] : IpAddress.Of(IPAddress.Parse(address)), 32)]),
        };
        var builder = new NetworkMapBuilder(null)
        {
            Self = new TailnetNode { Id = new NodeId(1), Key = Edge.Tests.Control.ControlWorld.Key<NodeKind>(1), Name = "b.example.", Addresses = ValueLists.Own<IpPrefix>([new IpPrefix(pair.B.Addresses[0], 32)]) },
        };
        builder.SetPeer(change?.Invoke(peer) ?? peer);
        return builder.ToMap();
    }
}
