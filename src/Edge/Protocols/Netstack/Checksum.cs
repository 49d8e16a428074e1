using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

/// <summary>
/// The Internet checksum (RFC 1071). Partial sums are kept in the machine's byte order, which the one's complement sum does not mind
/// (section 2 B), and are 64 bits wide, so that carries are folded once at the end.
/// </summary>
internal static class Checksum
{
    /// <summary>Adds bytes that start at an even offset of what is summed.</summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        ulong a = 0, b = 0, c = 0, d = 0;
        var i = 0;
        for (; i + 4 <= words.Length; i += 4)
        {
            a += words[i];
            b += words[i + 1];
            c += words[i + 2];
            d += words[i + 3];
        }
        for (; i < words.Length; i++)
            a += words[i];
        sum += a + b + c + d;
        var rest = bytes[(words.Length * 4)..];
        if (rest.Length >= 2)
        {
            sum += MemoryMarshal.Read<ushort>(rest);
            rest = rest[2..];
        }
        if (rest.Length == 1)
            sum += BitConverter.IsLittleEndian ? rest[0] : (uint)rest[0] << 8;
        return sum;
    }

    /// <summary>The pseudo-header of TCP, UDP and ICMPv6 (RFC 9293 section 3.1, RFC 8200 section 8.1).</summary>
    /// <param name="source">Of the same family as <paramref name="destination"/>.</param>
    /// <param name="destination">The final destination.</param>
    /// <param name="protocol">Of the upper layer.</param>
    /// <param name="length">Bytes of the upper layer's header and data.</param>
    public static ulong PseudoHeader(IpAddress source, IpAddress destination, IpProtocol protocol, int length)
    {
        Span<byte> bytes = stackalloc byte[40];
        var size = source.Size;
        source.Write(bytes);
        destination.Write(bytes[size..]);
        BinaryPrimitives.WriteInt32BigEndian(bytes[(2 * size)..], length);
        BinaryPrimitives.WriteInt32BigEndian(bytes[(2 * size + 4)..], (int)protocol);
        return Add(0, bytes[..(2 * size + 8)]);
    }

    /// <summary>The field's value, in host order.</summary>
    public static ushort Finish(ulong sum)
    {
        sum = (sum & 0xffff_ffff) + (sum >> 32);
        sum = (sum & 0xffff_ffff) + (sum >> 32);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        var folded = (ushort)~sum;
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(folded) : folded;
    }

    /// <summary>Whether bytes that hold their own checksum add up.</summary>
    public static bool IsValid(ulong pseudoHeader, ReadOnlySpan<byte> bytes) => Finish(Add(pseudoHeader, bytes)) == 0;
}
