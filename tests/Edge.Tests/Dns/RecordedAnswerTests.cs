using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Dns;
using Edge.Tests.Wire;
using Edge.Tests.WireGuard;

namespace Edge.Tests.Dns;

/// <summary>Questions to Tailscale's resolver and what it answered, byte for byte.</summary>
public sealed class RecordedAnswerTests
{
    [Test]
    public async Task Every_question_has_the_recorded_answer()
    {
        var (answers, forwarded) = (0, 0);
        foreach (var set in Vectors.Json("dns", "resolver.json").EnumerateArray())
        {
            foreach (var recorded in set.GetProperty("queries").EnumerateArray())
            {
                var server = ServerOf(set);
                var query = recorded.Hex("query");
                server.Handle(new Timestamp(1), 7, query, recorded.Text("transport") == "udp" ? DnsTransport.Udp : DnsTransport.Tcp);
                var action = Next(server);
                if (recorded.Has("forwarded"))
                {
                    var exchange = recorded.GetProperty("forwarded");
                    await Assert.That(action.Kind).IsEqualTo(DnsActionKind.SendDatagram);
                    // The ID is ours; all behind it goes on as it came.
                    await Assert.That(Convert.ToHexStringLower(action.Message.Span[2..])).IsEqualTo(exchange.Text("query")[4..]);
                    byte[] response = [.. action.Message.Span[..2], .. exchange.Hex("response").AsSpan(2)];
                    server.HandleAnswer(new Timestamp(2), action.Exchange, response);
                    action = Next(server);
                    forwarded++;
                }
                await Assert.That(action.Kind).IsEqualTo(DnsActionKind.Answer);
                await Assert.That(action.Client).IsEqualTo(7);
                var length = IsAnsweredByChance(recorded) ? 4 : int.MaxValue;
                var (expected, answer) = (Head(recorded.Text("response"), length), Head(Convert.ToHexStringLower(action.Message.Span), length));
                if (answer != expected)
                    Assert.Fail($"{set.Text("name")}: {recorded.Text("why")}\nanswered {answer}\nrecorded {expected}");
                await Assert.That(server.Poll(out var more)).IsFalse().Because($"{more} was to be done too");
                answers++;
            }
        }
        await Assert.That(answers).IsEqualTo(332);
        await Assert.That(forwarded).IsEqualTo(13);
    }

    // What is no question got the question of whoever asked before: the recorded program keeps its parsers.
    private static bool IsAnsweredByChance(JsonElement recorded) => recorded.Hex("query").Length < DnsHeader.Size || recorded.Text("why") == "a response, not a query";

    private static string Head(string hexadecimal, int bytes) => hexadecimal[..(int)Math.Min(hexadecimal.Length, 2L * bytes)];

    private static DnsAction Next(DnsServer server) => server.Poll(out var action) ? action : throw new InvalidOperationException("there is nothing to be done");

    private static DnsServer ServerOf(JsonElement set)
    {
        var server = new DnsServer(new ScriptedEntropy());
        server.Names.SetSelf(NodeOf(1, "", ["100.64.0.9"], "magicdns-aaaa"));
        var subdomains = Texts(set, "subdomain_hosts");
        var id = 2;
        foreach (var host in set.GetProperty("hosts").EnumerateObject())
        {
            var node = NodeOf(id++, host.Name, [.. host.Value.EnumerateArray().Select(address => address.GetString()!)], subdomains.Contains(host.Name) ? "dns-subdomain-resolve" : null);
            server.Names.Apply(new PeerChange(node.Id, null, node));
        }
        ValueList<DnsRoute> routes =
        [
            .. set.GetProperty("routes").EnumerateObject().Select(route =>
                new DnsRoute(route.Name, [.. route.Value.EnumerateArray().Select(_ => new DnsResolver("10.0.0.53", default, false))])),
        ];
        server.Configure(Texts(set, "local_domains"), new DnsRoutes(routes));
        return server;
    }

    private static List<string> Texts(JsonElement element, string name) =>
        element.Has(name) ? [.. element.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)] : [];

    private static TailnetNode NodeOf(int id, string name, string[] addresses, string? capability) => new()
    {
        Id = new NodeId(id),
        Name = name,
        Addresses = [.. addresses.Select(text => IpPrefix.TryParse(text, out var prefix) ? prefix : throw new InvalidDataException(text))],
        Capabilities = new(capability is null ? default : [new NodeCapability(capability, default)]),
    };
}
