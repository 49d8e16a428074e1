using System.Text;
using Edge.Foundation.Keys;
using Edge.Protocols.Derp;

namespace Edge.Relay;

/// <summary>
/// A request that switches to DERP, in the form that clients send it. What is in any other form, right or wrong, is the HTTP server's to judge.
/// </summary>
/// <param name="IsFast">It knows the relay's key and waits for no answer.</param>
/// <param name="IsNotIdeal">It would rather be at another relay.</param>
internal readonly record struct UpgradeRequest(bool IsFast, bool IsNotIdeal)
{
    /// <summary>The longest head that is read.</summary>
    public const int MostHead = 2048;

    private static ReadOnlySpan<byte> FirstLine => "GET /derp HTTP/1.1\r\n"u8;

    /// <summary>The answer of derper, field by field.</summary>
    public static byte[] Answer(in PublicKey key) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: DERP\r\nConnection: Upgrade\r\nDerp-Version: {DerpLimits.ProtocolVersion}\r\nDerp-Public-Key: {Convert.ToHexStringLower(key.Bytes)}\r\n\r\n");

    /// <summary>Whether what has come of a head can still become one.</summary>
    public static bool MayBe(ReadOnlySpan<byte> bytes) =>
        bytes.Length < FirstLine.Length ? FirstLine.StartsWith(bytes) : bytes.StartsWith(FirstLine);

    /// <summary>Where a head ends, behind its empty line; 0: that has not come.</summary>
    public static int EndOf(ReadOnlySpan<byte> bytes) => bytes.IndexOf("\r\n\r\n"u8) is var end and >= 0 ? end + 4 : 0;

    /// <param name="head">To <see cref="EndOf"/>.</param>
    /// <param name="request">What it asks for.</param>
    public static bool TryRead(ReadOnlySpan<byte> head, out UpgradeRequest request)
    {
        request = default;
        if (!head.StartsWith(FirstLine))
            return false;
        var (isDerp, hasHost) = (false, false);
        var rest = head[FirstLine.Length..];
        while (rest.IndexOf("\r\n"u8) is var end and > 0)
        {
            var line = rest[..end];
            rest = rest[(end + 2)..];
            // RFC 9110, section 5.5: a field is a name, a colon, and text without controls.
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0 || line.IndexOfAnyInRange((byte)0, (byte)31) >= 0)
                return false;
            var name = line[..colon];
            var value = line[(colon + 1)..].Trim((byte)' ');
            if (Is(name, "upgrade"u8))
            {
                if (isDerp || !Is(value, "derp"u8))
                    return false;
                isDerp = true;
            }
            else if (Is(name, "host"u8))
            {
                if (hasHost)
                    return false;
                hasHost = true;
            }
            else if (Is(name, "content-length"u8) || Is(name, "transfer-encoding"u8) || Is(name, "expect"u8))
            {
                return false;
            }
            else if (Is(name, "derp-fast-start"u8))
            {
                request = request with { IsFast = value.SequenceEqual("1"u8) };
            }
            else if (Is(name, "ideal-node"u8))
            {
                request = request with { IsNotIdeal = !value.IsEmpty };
            }
        }
        return isDerp && hasHost && rest.SequenceEqual("\r\n"u8);
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) => Ascii.EqualsIgnoreCase(text, lower);
}
