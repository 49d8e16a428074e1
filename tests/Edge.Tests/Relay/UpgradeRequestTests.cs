using System.Text;
using Edge.Relay;

namespace Edge.Tests.Relay;

/// <summary>Who switches to DERP is told by the head alone; all that is not surely that is left to the HTTP server.</summary>
public sealed class UpgradeRequestTests
{
    [Test]
    [Arguments("GET /derp HTTP/1.1|Host: derp.test|Upgrade: DERP|Connection: Upgrade||", false, false)]
    [Arguments("GET /derp HTTP/1.1|Host: derp.test:8443|User-Agent: Go-http-client/1.1|Connection: Upgrade|Derp-Fast-Start: 1|Upgrade: DERP||", true, false)]
    [Arguments("GET /derp HTTP/1.1|host:a|UPGRADE:derp|ideal-node: 1b|derp-fast-start: 0||", false, true)]
    public async Task Upgrades(string head, bool isFast, bool isNotIdeal)
    {
        var bytes = Bytes(head);
        await Assert.That(UpgradeRequest.EndOf(bytes)).IsEqualTo(bytes.Length);
        await Assert.That(UpgradeRequest.TryRead(bytes, out var request)).IsTrue();
        await Assert.That(request).IsEqualTo(new UpgradeRequest(isFast, isNotIdeal));
        for (var length = 0; length <= bytes.Length; length++)
            await Assert.That(UpgradeRequest.MayBe(bytes.AsSpan(0, length))).IsTrue();
    }

    [Test]
    [Arguments("GET /derp HTTP/1.1|Host: a|Upgrade: websocket||")]
    [Arguments("GET /derp HTTP/1.1|Host: a||")]
    [Arguments("GET /derp HTTP/1.1|Upgrade: DERP||")]
    [Arguments("GET /derp HTTP/1.1|Host: a|Host: b|Upgrade: DERP||")]
    [Arguments("GET /derp HTTP/1.1|Host: a|Upgrade: DERP|Upgrade: DERP||")]
    [Arguments("GET /derp HTTP/1.1|Host: a|Upgrade: DERP|Content-Length: 5||")]
    [Arguments("GET /derp HTTP/1.1|Host: a|Upgrade: DERP| folded||")]
    [Arguments("GET /derp HTTP/1.1|Host: a|Upgrade : DERP||")]
    [Arguments("GET /derp HTTP/1.1|Host: a|no colon|Upgrade: DERP||")]
    [Arguments("GET /derp HTTP/1.1|Host: a\u0001|Upgrade: DERP||")]
    [Arguments("GET /derp HTTP/1.0|Host: a|Upgrade: DERP||")]
    [Arguments("GET /derp/probe HTTP/1.1|Host: a|Upgrade: DERP||")]
    [Arguments("POST /derp HTTP/1.1|Host: a|Upgrade: DERP||")]
    [Arguments("||")]
    [Arguments("")]
    public async Task Others(string head)
    {
        var bytes = Bytes(head);
        await Assert.That(UpgradeRequest.TryRead(bytes.AsSpan(0, UpgradeRequest.EndOf(bytes)), out _)).IsFalse();
    }

    private static byte[] Bytes(string head) => Encoding.Latin1.GetBytes(head.Replace("|", "\r\n", StringComparison.Ordinal));
}
