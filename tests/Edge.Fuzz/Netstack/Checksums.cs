using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Fuzz.Netstack;

/// <summary>Checksums of whatever looks like a packet, so that inputs get past them.</summary>
internal static class Checksums
{
    /// <summary>Puts right what is there. The checksum of a fragment covers its part only, which is right for none but the first of a datagram that fits.</summary>
    public static void Repair(Span<byte> packet)
    {
        if (packet.Length >= Ipv4Header.Size && packet[0] >> 4 == 4)
        {
            var length = Math.Clamp((packet[0] & 15) * 4, Ipv4Header.Size, packet.Length);
            Write(packet[..length], Ipv4Header.ChecksumOffset, 0);
            Repair(packet[length..], (IpProtocol)packet[9], IpAddress.Read(packet.Slice(Ipv4Header.SourceOffset, 4)), IpAddress.Read(packet.Slice(Ipv4Header.DestinationOffset, 4)));
        }
        else if (packet.Length >= Ipv6Header.Size)
        {
            Repair(packet[Ipv6Header.Size..], (IpProtocol)packet[Ipv6Header.NextHeaderOffset],
                IpAddress.Read(packet.Slice(Ipv6Header.SourceOffset, 16)), IpAddress.Read(packet.Slice(Ipv6Header.DestinationOffset, 16)));
        }
    }

    /// <summary>Whether a packet that the stack sends is right. The parts of a datagram in fragments are not looked at.</summary>
    public static bool AreRight(ReadOnlySpan<byte> packet)
    {
        IpAddress source, destination;
        IpProtocol protocol;
        ReadOnlySpan<byte> payload;
        if (Ipv4Header.TryRead(packet, out var v4))
        {
            if (!InternetChecksum.IsValid(0, packet[..(v4.HeaderWords * 4)]))
                return false;
            if (v4.MoreFragments || v4.FragmentOffset != 0)
                return true;
            (source, destination, protocol) = (IpAddress.V4(v4.Source), IpAddress.V4(v4.Destination), v4.Protocol);
            payload = v4.Payload;
        }
        else if (Ipv6Header.TryRead(packet, out var v6))
        {
            (source, destination, protocol) = (new(v6.Source), new(v6.Destination), v6.NextHeader);
            payload = v6.Payload;
        }
        else
        {
            return false;
        }
        return protocol == IpProtocol.Fragment || InternetChecksum.IsValid(protocol == IpProtocol.Icmp ? 0 : InternetChecksum.AddPseudoHeader(0, source, destination, protocol, payload.Length), payload);
    }

    private static void Repair(Span<byte> payload, IpProtocol protocol, IpAddress source, IpAddress destination)
    {
        var at = protocol switch
        {
            IpProtocol.Tcp => TcpHeader.ChecksumOffset,
            IpProtocol.Udp => UdpHeader.ChecksumOffset,
            IpProtocol.Icmp or IpProtocol.Icmpv6 => IcmpHeader.ChecksumOffset,
            _ => int.MaxValue - 2,
        };
        if (payload.Length >= at + 2 && source.IsV4 == destination.IsV4)
            Write(payload, at, protocol == IpProtocol.Icmp ? 0 : InternetChecksum.AddPseudoHeader(0, source, destination, protocol, payload.Length));
    }

    private static void Write(Span<byte> bytes, int at, ulong sum)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes[at..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[at..], InternetChecksum.Finish(InternetChecksum.Add(sum, bytes)));
    }
}
