using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>Single TCP packets, as an attacker or an odd peer makes them.</summary>
internal static class Segment
{
    public static byte[] Make(Endpoint from, Endpoint to, TcpFlags flags, uint sequence, uint acknowledgment = 0, int window = 65535, ReadOnlySpan<byte> payload = default, ReadOnlySpan<byte> options = default)
    {
        var packet = new byte[40 + options.Length + payload.Length];
        Ipv4Header.WriteHeader(packet, 5, 0, 0, (ushort)packet.Length, 0, true, false, 0, 64, IpProtocol.Tcp, 0, from.Address.V4Bits, to.Address.V4Bits);
        TcpHeader.Write(packet.AsSpan(20), from.Port, to.Port, sequence, acknowledgment, false, flags, (ushort)window, 0, 0, options, payload);
        OutboundPacket.Complete(packet, 20, 0, isLast: true);
        return packet;
    }

    public static TcpHeader Tcp(ReadOnlySpan<byte> packet) =>
        Ipv4Header.TryRead(packet, out var ip) && TcpHeader.TryRead(ip.Payload, out var tcp) ? tcp : throw new InvalidDataException("no TCP over IPv4");

    /// <summary>Turns the options of a SYN into no-operations.</summary>
    public static void StripOptions(byte[] packet)
    {
        var tcp = Tcp(packet);
        if ((tcp.Flags & TcpFlags.Syn) == 0)
            return;
        packet.AsSpan(40, tcp.Options.Length).Fill((byte)TcpOptionKind.NoOperation);
        OutboundPacket.Complete(packet, 20, 0, isLast: true);
    }

    /// <summary>Takes the one option (RFC 2018 section 2) out of a SYN.</summary>
    public static void StripSackPermitted(byte[] packet)
    {
        var tcp = Tcp(packet);
        if ((tcp.Flags & TcpFlags.Syn) == 0)
            return;
        var options = packet.AsSpan(40, tcp.Options.Length);
        options.Slice(options.IndexOf([(byte)TcpOptionKind.SackPermitted, (byte)2]), 2).Fill((byte)TcpOptionKind.NoOperation);
        OutboundPacket.Complete(packet, 20, 0, isLast: true);
    }

    /// <summary>The option (RFC 7323 section 3.2), filled up to whole words.</summary>
    public static byte[] Timestamps(uint value, uint echo)
    {
        byte[] options = [(byte)TcpOptionKind.NoOperation, (byte)TcpOptionKind.NoOperation, (byte)TcpOptionKind.Timestamps, 10, .. new byte[8]];
        BinaryPrimitives.WriteUInt32BigEndian(options.AsSpan(4), value);
        BinaryPrimitives.WriteUInt32BigEndian(options.AsSpan(8), echo);
        return options;
    }

    /// <summary>Another sequence number.</summary>
    public static byte[] WithSequence(byte[] packet, uint sequence)
    {
        byte[] other = [.. packet];
        BinaryPrimitives.WriteUInt32BigEndian(other.AsSpan(20 + TcpHeader.SequenceOffset), sequence);
        OutboundPacket.Complete(other, 20, 0, isLast: true);
        return other;
    }
}
