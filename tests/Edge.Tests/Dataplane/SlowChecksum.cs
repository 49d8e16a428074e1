using Edge.Foundation.Wire;

namespace Edge.Tests.Dataplane;

/// <summary>RFC 1071 word by word, as the RFC's own C code does it: what the fast one is compared with.</summary>
internal static class SlowChecksum
{
    public static ushort Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        var sum = seed;
        for (var i = 0; i < bytes.Length; i += 2)
        {
            sum += (uint)(bytes[i] << 8 | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (ushort)~sum;
    }

    /// <summary>Whether the headers of a TCP or UDP packet without extension headers carry the right checksums.</summary>
    public static bool Verifies(ReadOnlySpan<byte> packet)
    {
        var isV4 = packet[0] >> 4 == 4;
        if (isV4 && Of(packet[..((packet[0] & 15) * 4)]) != 0)
            return false;
        var transport = isV4 ? (packet[0] & 15) * 4 : 40;
        byte[] pseudo = isV4
            ? [.. packet[12..20], 0, packet[9], (byte)((packet.Length - transport) >> 8), (byte)(packet.Length - transport)]
            : [.. packet[8..40], 0, 0, (byte)((packet.Length - 40) >> 8), (byte)(packet.Length - 40), 0, 0, 0, packet[6]];
        return Of([.. pseudo, .. packet[transport..]]) == 0;
    }

    public static IpProtocol ProtocolOf(ReadOnlySpan<byte> packet) => (IpProtocol)(packet[0] >> 4 == 4 ? packet[9] : packet[6]);
}
