using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Dns;
using Edge.Tests.WireGuard;

namespace Edge.Tests.Dns;

/// <summary>The server as the netmap changes.</summary>
public sealed class DnsServerTests
{
    private static readonly Timestamp s_now = new(1);
    private static readonly DnsPreferences s_accepting = new(true, "");

    [Test]
    public async Task A_change_of_a_peer_leaves_what_is_known_and_one_of_the_routes_does_not()
    {
        var server = new DnsServer(new ScriptedEntropy());
        var builder = new NetworkMapBuilder
        {
            Self = Node(1, "me"),
            Dns = new DnsConfig { IsMagicDns = true, Domains = ["tail.test"], Routes = [new("corp.example", [new DnsResolver("10.0.0.53", default, false)])] },
        };
        server.Update(builder.ToMap(), s_accepting, default);
        await Assert.That(Ask(server, "host.corp.example.", "192.0.2.1")).IsEqualTo("10.0.0.53");
        await Assert.That(Ask(server, "host.corp.example.", "192.0.2.2")).IsEqualTo("known");

        builder = new NetworkMapBuilder(builder.ToMap());
        builder.SetPeer(Node(2, "desk"));
        server.Update(builder.ToMap(), s_accepting, default);
        await Assert.That(Ask(server, "desk.tail.test.", "")).IsEqualTo("known");
        await Assert.That(Ask(server, "host.corp.example.", "192.0.2.2")).IsEqualTo("known");

        builder = new NetworkMapBuilder(builder.ToMap()) { Dns = builder.Dns with { Routes = [new("corp.example", [new DnsResolver("10.0.0.54", default, false)])] } };
        server.Update(builder.ToMap(), s_accepting, default);
        await Assert.That(Ask(server, "host.corp.example.", "192.0.2.2")).IsEqualTo("10.0.0.54");
        server.Update(builder.ToMap(), new DnsPreferences(false, ""), [new DnsResolver("10.9.9.9", default, false)]);
        await Assert.That(Ask(server, "host.corp.example.", "192.0.2.2")).IsEqualTo("10.9.9.9");
        await Assert.That(Ask(server, "desk.tail.test.", "")).IsEqualTo("known");
    }

    [Test]
    public async Task All_goes_through_the_exit_node_while_it_is_there()
    {
        var server = new DnsServer(new ScriptedEntropy());
        var builder = new NetworkMapBuilder { Self = Node(1, "me"), Dns = new DnsConfig { Resolvers = [new DnsResolver("10.0.0.53", default, false)] } };
        var through = new DnsPreferences(true, "n2");
        var exit = Node(2, "exit") with { CapabilityVersion = 131, Host = new HostInfo { Services = [new HostService("peerapi4", 1234, "")] } };
        server.Update(builder.ToMap(), through, default);
        await Assert.That(Ask(server, "a.example.", "192.0.2.1")).IsEqualTo("10.0.0.53");
        builder.SetPeer(exit);
        server.Update(builder.ToMap(), through, default);
        await Assert.That(Ask(server, "a.example.", "192.0.2.1")).IsEqualTo("http://100.64.0.2:1234/dns-query");
        builder.SetPeer(exit with { Host = new HostInfo { Services = [new HostService("peerapi4", 4321, "")] } });
        server.Update(builder.ToMap(), through, default);
        await Assert.That(Ask(server, "a.example.", "192.0.2.1")).IsEqualTo("http://100.64.0.2:4321/dns-query");
        server.Update(builder.ToMap(), s_accepting, default);
        await Assert.That(Ask(server, "b.example.", "192.0.2.1")).IsEqualTo("10.0.0.53");
        server.Update(builder.ToMap(), through, default);
        builder.RemovePeer(exit.Id);
        server.Update(builder.ToMap(), through, default);
        await Assert.That(Ask(server, "c.example.", "192.0.2.1")).IsEqualTo("10.0.0.53");
    }

    [Test]
    public async Task The_longest_suffix_has_the_name()
    {
        var routes = new DnsRoutes(
        [
            new(".", [new DnsResolver("10.0.0.1", default, false)]),
            new("example.", [new DnsResolver("10.0.0.2", default, false)]),
            new("corp.example.", [new DnsResolver("tls://10.0.0.9", default, false), new DnsResolver("[fd00::3]:54", default, false)]),
            new("blocked.example.", default),
        ]);
        foreach (var (name, servers) in new[]
        {
            ("a.test.", "10.0.0.1:53"), (".", "10.0.0.1:53"), ("example.", "10.0.0.2:53"), ("a.example.", "10.0.0.2:53"), ("xcorp.example.", "10.0.0.2:53"),
            ("corp.example.", "[fd00::3]:54"), ("a.b.corp.example.", "[fd00::3]:54"), ("a.blocked.example.", ""),
        })
            await Assert.That(string.Join(' ', routes.Find(name))).IsEqualTo(servers).Because(name);
    }

    /// <summary>Who is asked; `known` when nobody is. An upstream answers with the address.</summary>
    private static string Ask(DnsServer server, string name, string address)
    {
        server.Handle(s_now, 1, Questions.Of(name, DnsType.A), DnsTransport.Udp);
        var asked = "known";
        while (server.Poll(out var action))
        {
            if (action.Kind is DnsActionKind.SendDatagram or DnsActionKind.Post)
            {
                asked = action.Upstream!.ToString().Replace(":53", "", StringComparison.Ordinal);
                server.HandleAnswer(s_now, action.Exchange, Questions.Answer(action.Message, 60, address));
            }
        }
        return asked;
    }

    private static TailnetNode Node(int id, string name) => new()
    {
        Id = new NodeId(id),
        StableId = $"n{id}",
        Name = $"{name}.tail.test.",
        Key = new KeyOf<NodeKind>(new PublicKey([(byte)id, .. new byte[31]])),
        Addresses = [new IpPrefix(IpAddress.V4(0x6440_0000u + (uint)id), 32)],
    };
}
