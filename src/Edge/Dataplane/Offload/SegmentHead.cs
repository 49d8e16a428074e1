using System.Buffers.Binary;
using Edge.Foundation.Wire;

namespace Edge.Dataplane.Offload;

/// <summary>
/// A TCP or UDP packet that could be joined with its neighbours: whole, not fragmented, without IP options or extension headers, with payload,
/// and (TCP) with no flag but ACK and PSH. The conditions are those of Linux's GRO (tools/testing/selftests/net/gro.c).
/// </summary>
internal struct SegmentHead
{
    private const int UdpHeaderSize = 8;

    /// <summary>Bytes of the IP header: 20 or 40.</summary>
    public int Transport;

    /// <summary>Bytes of all headers.</summary>
    public int Headers;

    public int Payload;

    public uint Sequence;

    public bool IsTcp;

    public bool IsV4;

    /// <summary>PSH: nothing may follow in the same group.</summary>
    public bool IsPushed;

    public readonly IpProtocol Protocol => IsTcp ? IpProtocol.Tcp : IpProtocol.Udp;

    public static bool TryRead(ReadOnlySpan<byte> packet, out SegmentHead head)
    {
        head = default;
        if (packet.Length < 28)
            return false;
        IpProtocol protocol;
        if (packet[0] == 0x45)
        {
            // DF or nothing: a fragment is no segment.
            if (BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) != packet.Length || (packet[6] & 0xbf) != 0 || packet[7] != 0)
                return false;
            head.IsV4 = true;
            head.Transport = 20;
            protocol = (IpProtocol)packet[9];
        }
        else if (packet[0] >> 4 == 6 && packet.Length >= 48)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) != packet.Length - 40)
                return false;
            head.Transport = 40;
            protocol = (IpProtocol)packet[6];
        }
        else
        {
            return false;
        }
        var transport = packet[head.Transport..];
        return protocol switch
        {
            IpProtocol.Tcp => head.ReadTcp(transport),
            IpProtocol.Udp => head.ReadUdp(transport),
            _ => false,
        };
    }

    /// <summary>Whether the transport checksum is right. UDP's "none" is not: nothing would protect what was joined.</summary>
    public readonly bool IsIntact(ReadOnlySpan<byte> packet)
    {
        if (!IsTcp && packet[Transport + 6] == 0 && packet[Transport + 7] == 0)
            return false;
        var addresses = IsV4 ? packet.Slice(12, 8) : packet.Slice(8, 32);
        var sum = InternetChecksum.AddPseudoHeader(0, addresses, Protocol, packet.Length - Transport);
        return InternetChecksum.Finish(InternetChecksum.Add(sum, packet[Transport..])) == 0;
    }

    /// <summary>Whether all that segments of one packet share is the same in both: addresses, ports, TTL, DSCP, ECN, DF, acknowledgment, window, options.</summary>
    public readonly bool IsSameFlow(ReadOnlySpan<byte> first, ReadOnlySpan<byte> packet, in SegmentHead other)
    {
        if (Headers != other.Headers || IsTcp != other.IsTcp || IsV4 != other.IsV4)
            return false;
        if (IsV4)
        {
            if (first[1] != packet[1] || first[6] != packet[6] || first[8] != packet[8] || !first.Slice(12, 8).SequenceEqual(packet.Slice(12, 8)))
                return false;
        }
        else if (!first[..4].SequenceEqual(packet[..4]) || first[7] != packet[7] || !first.Slice(8, 32).SequenceEqual(packet.Slice(8, 32)))
        {
            return false;
        }
        ReadOnlySpan<byte> a = first[Transport..Headers], b = packet[Transport..Headers];
        if (!IsTcp)
            return a[..4].SequenceEqual(b[..4]);
        return a[..4].SequenceEqual(b[..4]) && a.Slice(8, 4).SequenceEqual(b.Slice(8, 4)) && a.Slice(14, 2).SequenceEqual(b.Slice(14, 2))
            && a[18..].SequenceEqual(b[18..]);
    }

    private bool ReadTcp(ReadOnlySpan<byte> transport)
    {
        if (transport.Length < 20)
            return false;
        var length = (transport[12] >> 4) * 4;
        var flags = (TcpFlags)transport[13];
        if (length < 20 || length >= transport.Length || (flags & ~TcpFlags.Psh) != TcpFlags.Ack)
            return false;
        IsTcp = true;
        IsPushed = (flags & TcpFlags.Psh) != 0;
        Sequence = BinaryPrimitives.ReadUInt32BigEndian(transport[4..]);
        Headers = Transport + length;
        Payload = transport.Length - length;
        return true;
    }

    private bool ReadUdp(ReadOnlySpan<byte> transport)
    {
        if (transport.Length <= UdpHeaderSize || BinaryPrimitives.ReadUInt16BigEndian(transport[4..]) != transport.Length)
            return false;
        Headers = Transport + UdpHeaderSize;
        Payload = transport.Length - UdpHeaderSize;
        return true;
    }
}
