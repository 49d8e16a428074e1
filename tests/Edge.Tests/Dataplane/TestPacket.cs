using System.Buffers.Binary;
using Edge.Foundation.Wire;

namespace Edge.Tests.Dataplane;

/// <summary>TCP and UDP packets with right checksums, built field by field.</summary>
internal static class TestPacket
{
    public static byte[] Tcp(bool isV4, uint sequence, byte[] payload, TcpFlags flags = TcpFlags.Ack, ushort sourcePort = 1000, ushort id = 7, byte[]? options = null)
    {
        options ??= [];
        var transport = isV4 ? 20 : 40;
        var packet = new byte[transport + 20 + options.Length + payload.Length];
        WriteIp(packet, isV4, IpProtocol.Tcp, id);
        var tcp = packet.AsSpan(transport);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], 80);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], 0x01020304);
        tcp[12] = (byte)((20 + options.Length) / 4 << 4);
        tcp[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 0x2000);
        options.CopyTo(tcp[20..]);
        payload.CopyTo(tcp[(20 + options.Length)..]);
        Complete(packet, transport, 16);
        return packet;
    }

    public static byte[] Udp(bool isV4, byte[] payload, ushort sourcePort = 1000)
    {
        var transport = isV4 ? 20 : 40;
        var packet = new byte[transport + 8 + payload.Length];
        WriteIp(packet, isV4, IpProtocol.Udp, 7);
        var udp = packet.AsSpan(transport);
        BinaryPrimitives.WriteUInt16BigEndian(udp, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], 53);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        Complete(packet, transport, 6);
        payload.CopyTo(udp[8..]);
        udp.Slice(6, 2).Clear();
        Complete(packet, transport, 6);
        return packet;
    }

    public static byte[] Payload(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>The sum of the pseudo-header, as the kernel leaves it where the checksum is still to be completed.</summary>
    public static ushort PseudoSum(ReadOnlySpan<byte> packet)
    {
        var isV4 = packet[0] >> 4 == 4;
        var transport = isV4 ? 20 : 40;
        byte[] pseudo = isV4
            ? [.. packet[12..20], 0, packet[9], (byte)((packet.Length - transport) >> 8), (byte)(packet.Length - transport)]
            : [.. packet[8..40], 0, 0, (byte)((packet.Length - 40) >> 8), (byte)(packet.Length - 40), 0, 0, 0, packet[6]];
        return (ushort)~SlowChecksum.Of(pseudo);
    }

    private static void Complete(byte[] packet, int transport, int at)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(transport + at), 0);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(transport + at), SlowChecksum.Of(packet.AsSpan(transport), PseudoSum(packet)));
    }

    private static void WriteIp(Span<byte> packet, bool isV4, IpProtocol protocol, ushort id)
    {
        if (isV4)
        {
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], id);
            packet[6] = 0x40;
            packet[8] = 64;
            packet[9] = (byte)protocol;
            ((byte[])[10, 0, 0, 1, 10, 0, 0, 2]).CopyTo(packet[12..]);
            BinaryPrimitives.WriteUInt16BigEndian(packet[10..], SlowChecksum.Of(packet[..20]));
            return;
        }
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - 40));
        packet[6] = (byte)protocol;
        packet[7] = 64;
        packet[8] = packet[24] = 0xfd;
        packet[23] = 1;
        packet[39] = 2;
    }
}
