using System.Text;
using Edge.Relay;

namespace Edge.Fuzz.Derp;

/// <summary>The first bytes of a relay's connection, by which it is told who switches to DERP.</summary>
internal sealed class UpgradeTarget : FuzzTarget
{
    public override string Name => "derp-upgrade";

    public override IReadOnlyList<byte[]> Seeds =>
    [
        .. new[]
        {
            "GET /derp HTTP/1.1\r\nHost: a\r\nUpgrade: DERP\r\nConnection: Upgrade\r\nDerp-Fast-Start: 1\r\n\r\n\u0002\u0000",
            "GET /derp HTTP/1.1\r\nhost:a\r\nIdeal-Node: 1a\r\nupgrade:derp\r\n\r\n",
            "GET /derp HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: derp\r\n\r\n",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    public override IReadOnlyList<byte[]> Words =>
        [.. "Upgrade:|Host:|Content-Length: 1|Transfer-Encoding: chunked|Expect: 100-continue|derp|\r\n|\r\n\r\n|: ".Split('|').Select(Encoding.Latin1.GetBytes)];

    public override int Run(byte[] input)
    {
        // What has come in part may become what it becomes as a whole.
        var end = UpgradeRequest.EndOf(input);
        Check(end <= input.Length, "A head ends in what has come.");
        if (end == 0)
            return UpgradeRequest.MayBe(input) ? 1 : 0;
        var isRequest = UpgradeRequest.TryRead(input.AsSpan(0, end), out var request);
        for (var length = 0; isRequest && length <= end; length++)
            Check(UpgradeRequest.MayBe(input.AsSpan(0, length)), "Its beginnings are not given away.");
        return isRequest ? 4 + (request.IsFast ? 1 : 0) + (request.IsNotIdeal ? 2 : 0) : 2;
    }
}
