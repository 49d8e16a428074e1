using Edge.Foundation.Configuration;
using Edge.Node.Networks;

namespace Edge.Fuzz.Node;

/// <summary>What programs send to the doors into a network: SOCKS5's messages and HTTP's CONNECT. Whatever is read of a part is read of the whole too.</summary>
internal sealed class ProxyRequestTarget : FuzzTarget
{
    public override string Name => "proxy-request";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [0, 5, 2, 0, 2],
        [1, 5, 1, 0, 1, 10, 7, 0, 2, 0, 80],
        [1, 5, 1, 0, 3, 9, .. "localhost"u8, 0x1f, 0x90],
        [1, 5, 3, 0, 4, 0xfd, 7, .. new byte[13], 2, 1, 0xbb],
        [2, .. "CONNECT 10.7.0.2:80 HTTP/1.1\r\nHost: a\r\n\r\n"u8],
        [2, .. "GET http://a/ HTTP/1.1\r\n\r\n"u8],
    ];

    public override IReadOnlyList<byte[]> Words { get; } = [[.. "CONNECT "u8], [.. " HTTP/1.1\r\n"u8], [.. "\r\n\r\n"u8], [.. "[fd07::2]:443"u8], [5, 1, 0]];

    public override int Run(byte[] input)
    {
        if (input.Length == 0)
            return 0;
        var bytes = input.AsSpan(1);
        switch (input[0] % 3)
        {
            case 0:
                var greeting = SocksMessage.ReadGreeting(bytes, out var length, out var isOpen);
                Check(length <= bytes.Length && (greeting == SocksVerdict.Whole) == (length > 0), "A message lies in its bytes.");
                return HashCode.Combine(0, greeting, isOpen);
            case 1:
                var request = SocksMessage.ReadRequest(bytes, out length, out var command, out var target);
                Check(length <= bytes.Length && (request == SocksVerdict.Whole) == (length > 0), "A message lies in its bytes.");
                Check(request != SocksVerdict.NeedsMore || bytes.Length < SocksMessage.Longest, "The longest message fits the buffer.");
                CheckTarget(target);
                return HashCode.Combine(1, request, command, target is null);
            default:
                var isWhole = ConnectMessage.TryRead(bytes, out length, out var isConnect, out target);
                Check(length <= bytes.Length && isWhole == (length > 0), "A head lies in its bytes.");
                Check(target is null || isConnect, "Only CONNECT has a target.");
                CheckTarget(target);
                return HashCode.Combine(2, isWhole, isConnect, target is null);
        }
    }

    private static void CheckTarget(HostPort? target) =>
        Check(target is null || (target.Port is >= 1 and <= 65_535 && target.Host.Length > 0 && !target.Host.Any(char.IsControl)), "A target is a host and a port.");
}
