using System.Text;
using System.Text.Json;
using Edge.Io.Netlink;
using Edge.Node.Tunnels;

namespace Edge.Tests.Node;

/// <summary>The documents that one <c>edge tun</c> leaves for another, which may be of another version.</summary>
public sealed class TunnelDocumentsTests
{
    private const string Record = """
        {
          "interface": "wg0",
          "processId": 4711,
          "processStart": 18446744073709551615,
          "networkNamespace": "net:[4026531840]",
          "rules": [
            { "isV4": true, "table": 51820, "unlessMark": 51820, "suppressesDefault": false, "markMask": 255, "priority": 5210 },
            { "isV4": false, "table": 254, "unlessMark": 0, "suppressesDefault": true, "markMask": 0, "priority": 0 }
          ],
          "sourceValidMark": "0",
          "resolver": { "path": "/etc/resolv.conf", "linkTarget": null, "content": "nameserver 192.0.2.1\n", "written": "nameserver 192.0.2.53\n" }
        }
        """;

    private const string Status = """
        {"interface":"wg0","processId":4711,"publicKey":"A","listenPort":51820,"fwMark":4294967295,"mtu":1420,"offloads":["tun-tcp"],
         "peers":[{"publicKey":"B","endpoint":null,"allowedIps":["192.0.2.0/24","2001:db8::/32"],"handshakeAgeSeconds":null,"receivedBytes":18446744073709551615,"sentBytes":2,"persistentKeepaliveSeconds":25,"stagedPackets":3},
                  {"publicKey":"C","endpoint":"192.0.2.7:51820","allowedIps":[],"handshakeAgeSeconds":1.5,"receivedBytes":0,"sentBytes":0,"persistentKeepaliveSeconds":0,"stagedPackets":0}],
         "counters":{"packetsSealed":1,"packetsOpened":2,"packetsJoined":3,"packetsRead":4,"datagramsSent":5,"datagramsReceived":6,"sendCalls":7,"receiveCalls":8,"dropped":{"replayed":9},"wakeups":10,"allocatedBytes":11}}
        """;

    [Test]
    public async Task A_record_of_what_was_set_up_is_read_whole()
    {
        var record = SetupRecord.Read(Encoding.UTF8.GetBytes(Record));
        await Assert.That(record.Rules).IsEquivalentTo([
            new RoutingRule(IsV4: true, 51820, 51820, SuppressesDefault: false) { MarkMask = 255, Priority = 5210 },
            new RoutingRule(IsV4: false, RoutingRule.MainTable, 0, SuppressesDefault: true)]);
        await Assert.That(record.Resolver).IsEqualTo(new ResolverBackup("/etc/resolv.conf", null, "nameserver 192.0.2.1\n", "nameserver 192.0.2.53\n"));
        await Assert.That(IsSame(record.Write(), Record)).IsTrue();
    }

    [Test]
    public async Task A_status_is_read_whole()
    {
        var status = TunnelStatus.Read(Encoding.UTF8.GetBytes(Status));
        await Assert.That(status.Peers[1].HandshakeAgeSeconds).IsEqualTo(1.5);
        await Assert.That(IsSame(status.Write(), Status)).IsTrue();
    }

    [Test]
    [Arguments("null")]
    [Arguments("[]")]
    [Arguments("{}")]
    [Arguments("""{"interface":1}""")]
    [Arguments("""{"interface":null}""")]
    [Arguments("""{"interface":"wg0","processId":1e9999}""")]
    [Arguments("")]
    public async Task What_is_no_document_is_told_as_such(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        await Assert.That(() => SetupRecord.Read(utf8)).Throws<JsonException>();
        await Assert.That(() => TunnelStatus.Read(utf8)).Throws<JsonException>();
    }

    private static bool IsSame(byte[] written, string expected)
    {
        using var one = JsonDocument.Parse(written);
        using var other = JsonDocument.Parse(expected);
        return JsonElement.DeepEquals(one.RootElement, other.RootElement);
    }
}
