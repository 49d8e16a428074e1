using System.Buffers.Binary;
using System.Net;
using System.Text;
using Edge.Foundation.Configuration;

namespace Edge.Node.Networks;

/// <summary>SOCKS version 5 as a server reads and writes it (RFC 1928).</summary>
internal static class SocksMessage
{
    public const byte Version = 5;

    /// <summary>The longest message of a client: a request for a name of 255 bytes.</summary>
    public const int Longest = 4 + 1 + 255 + 2;

    public const byte NoAuthentication = 0;
    public const byte NoAcceptableMethod = 0xff;

    public const byte Connect = 1;

    public const byte Succeeded = 0;
    public const byte GeneralFailure = 1;
    public const byte NetworkUnreachable = 3;
    public const byte HostUnreachable = 4;
    public const byte Refused = 5;
    public const byte TimedOut = 6;
    public const byte CommandNotSupported = 7;
    public const byte AddressTypeNotSupported = 8;

    private const byte V4 = 1;
    private const byte Name = 3;
    private const byte V6 = 4;

    /// <summary>Section 3: VER, NMETHODS, METHODS.</summary>
    public static SocksVerdict ReadGreeting(ReadOnlySpan<byte> bytes, out int length, out bool offersNoAuthentication)
    {
        (length, offersNoAuthentication) = (0, false);
        if (bytes.Length > 0 && bytes[0] != Version)
            return SocksVerdict.Malformed;
        if (bytes.Length < 2 || bytes.Length < 2 + bytes[1])
            return SocksVerdict.NeedsMore;
        length = 2 + bytes[1];
        offersNoAuthentication = bytes[2..length].Contains(NoAuthentication);
        return SocksVerdict.Whole;
    }

    /// <summary>Section 4: VER, CMD, RSV, ATYP, DST.ADDR, DST.PORT.</summary>
    /// <param name="bytes">What there is.</param>
    /// <param name="length">Bytes of the message.</param>
    /// <param name="command">What is asked for.</param>
    /// <param name="target">Null: of a kind of address that nobody knows, or no host.</param>
    public static SocksVerdict ReadRequest(ReadOnlySpan<byte> bytes, out int length, out byte command, out HostPort? target)
    {
        (length, command, target) = (0, 0, null);
        if (bytes.Length > 0 && bytes[0] != Version || bytes.Length > 2 && bytes[2] != 0)
            return SocksVerdict.Malformed;
        if (bytes.Length < 5)
            return SocksVerdict.NeedsMore;
        command = bytes[1];
        var (start, size) = bytes[3] switch
        {
            V4 => (4, 4),
            V6 => (4, 16),
            Name => (5, bytes[4]),
            _ => (4, 0),
        };
        if (size == 0)
        {
            length = bytes.Length;
            return SocksVerdict.Whole;
        }
        if (bytes.Length < start + size + 2)
            return SocksVerdict.NeedsMore;
        length = start + size + 2;
        var host = bytes.Slice(start, size);
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[(start + size)..]);
        if (port != 0 && HostOf(bytes[3], host) is { } text)
            target = new HostPort(text, port);
        return SocksVerdict.Whole;
    }

    /// <summary>Section 6: VER, REP, RSV, ATYP, BND.ADDR, BND.PORT. Where the connection begins is nobody's business: it is said to be 0.0.0.0.</summary>
    public static byte[] Reply(byte code) => [Version, code, 0, V4, 0, 0, 0, 0, 0, 0];

    private static string? HostOf(byte kind, ReadOnlySpan<byte> host)
    {
        if (kind != Name)
            return new IPAddress(host).ToString();
        if (!Ascii.IsValid(host))
            return null;
        var text = Encoding.ASCII.GetString(host);
        return HostNames.IsHostName(text) || IpRanges.TryParseAddress(text, out _) ? text : null;
    }
}
