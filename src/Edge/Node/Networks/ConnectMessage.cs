using System.Text;
using Edge.Foundation.Configuration;

namespace Edge.Node.Networks;

/// <summary>The request CONNECT of HTTP/1.1 as a proxy reads it (RFC 9110, section 9.3.6).</summary>
internal static class ConnectMessage
{
    /// <summary>The longest head that is read.</summary>
    public const int Longest = 16 * 1024;

    /// <summary>A head, as soon as it is whole.</summary>
    /// <param name="bytes">What there is.</param>
    /// <param name="length">Bytes of the head, its empty line included; 0: it is not whole.</param>
    /// <param name="isConnect">Whether it is this method.</param>
    /// <param name="target">Where to; null: it names no host and port.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out int length, out bool isConnect, out HostPort? target)
    {
        (length, isConnect, target) = (0, false, null);
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        length = end + 4;
        var line = bytes[..bytes.IndexOf("\r\n"u8)];
        isConnect = line.StartsWith("CONNECT "u8);
        var rest = isConnect ? line["CONNECT ".Length..] : default;
        var space = rest.IndexOf((byte)' ');
        if (space > 0 && Ascii.IsValid(rest[..space]) && (rest[(space + 1)..].SequenceEqual("HTTP/1.1"u8) || rest[(space + 1)..].SequenceEqual("HTTP/1.0"u8)))
            _ = HostPort.TryParse(Encoding.ASCII.GetString(rest[..space]), out target);
        return true;
    }
}
