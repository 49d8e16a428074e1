using System.Buffers.Binary;
using Edge.Foundation.Wire;

namespace Edge.Dataplane.Offload;

/// <summary>
/// A packet from the system, cut into the packets that go over the wire: a large TCP or UDP packet (TSO, USO) into segments with headers and
/// checksums of their own, any other into itself with its checksum completed. Each segment is copied once, to where it will be sealed.
/// Fields of the headers: RFC 9293, RFC 791; which change from segment to segment is Linux's tcp_gso_segment and inet_gso_segment.
/// </summary>
internal ref struct PacketCut
{
    private const int LargestHeaders = 60 + 60;
    private const int TcpChecksumAt = 16;
    private const int UdpChecksumAt = 6;
    private const int UdpHeaderSize = 8;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly VirtioHeader _virtio;
    private readonly int _transport;
    private readonly int _headers;
    private readonly ulong _fixedSum;
    private readonly bool _isV4;
    private int _next;

    private PacketCut(ReadOnlySpan<byte> packet, in VirtioHeader virtio, int transport, int headers)
    {
        _packet = packet;
        _virtio = virtio;
        _transport = transport;
        _headers = headers;
        _isV4 = packet[0] >> 4 == 4;
        if (virtio.Kind == VirtioHeader.KindNone)
            return;

        // What all segments' checksums have in common: addresses, protocol, and the transport header without what changes.
        var protocol = virtio.Kind == VirtioHeader.KindUdp ? IpProtocol.Udp : IpProtocol.Tcp;
        var addresses = _isV4 ? packet.Slice(12, 8) : packet.Slice(8, 32);
        Span<byte> header = stackalloc byte[LargestHeaders];
        header = header[..(headers - transport)];
        packet[transport..headers].CopyTo(header);
        if (protocol == IpProtocol.Tcp)
        {
            header.Slice(4, 4).Clear();
            header[13] = 0;
            header.Slice(TcpChecksumAt, 2).Clear();
        }
        else
        {
            header.Slice(4, 4).Clear();
        }
        _fixedSum = InternetChecksum.Add(InternetChecksum.AddPseudoHeader(0, addresses, protocol, 0), header);
    }

    /// <summary>Bytes of payload that no segment was made of yet.</summary>
    public readonly bool IsDone => _next >= (_virtio.Kind == VirtioHeader.KindNone ? 1 : _packet.Length - _headers);

    /// <summary>The size of the next segment: an IP packet.</summary>
    public readonly int NextSize => _virtio.Kind == VirtioHeader.KindNone
        ? _packet.Length
        : _headers + Math.Min(_virtio.SegmentSize, _packet.Length - _headers - _next);

    /// <summary>Looks at a packet and its header once, so that cutting needs no checks.</summary>
    /// <param name="packet">An IP packet without the virtio header. Borrowed as long as the cut is used.</param>
    /// <param name="virtio">What is to be done; zero for a finished packet.</param>
    /// <param name="cut">The packet, ready to be cut.</param>
    /// <returns>False: header and packet contradict each other.</returns>
    public static bool TryBegin(ReadOnlySpan<byte> packet, in VirtioHeader virtio, out PacketCut cut)
    {
        cut = default;
        // IPv4 with a header of at least five words, or IPv6.
        if (packet.Length < 20 || !(packet[0] is >= 0x45 and <= 0x4f || (packet[0] >> 4 == 6 && packet.Length >= 40)))
            return false;
        int transport = virtio.ChecksumStart;
        if (virtio.Kind == VirtioHeader.KindNone)
        {
            if ((virtio.Flags & VirtioHeader.NeedsChecksum) != 0 && transport + virtio.ChecksumOffset + 2 > packet.Length)
                return false;
            cut = new PacketCut(packet, virtio, transport, 0);
            return true;
        }

        var isV4 = packet[0] >> 4 == 4;
        var isUdp = virtio.Kind == VirtioHeader.KindUdp;
        var isExpected = isUdp || virtio.Kind == (isV4 ? VirtioHeader.KindTcpV4 : VirtioHeader.KindTcpV6);
        // The transport header follows the IP header: at most 60 bytes of IPv4's, and of IPv6's extensions as many.
        if (!isExpected || virtio.SegmentSize == 0 || transport < (isV4 ? (packet[0] & 15) * 4 : 40) || transport < 20 || transport > 100)
            return false;
        if (transport + (isUdp ? UdpHeaderSize : 20) > packet.Length)
            return false;
        var header = isUdp ? UdpHeaderSize : (packet[transport + 12] >> 4) * 4;
        var headers = transport + header;
        if ((!isUdp && header < 20) || headers >= packet.Length)
            return false;
        cut = new PacketCut(packet, virtio, transport, headers);
        return true;
    }

    /// <summary>Writes the next segment.</summary>
    /// <param name="destination">At least <see cref="NextSize"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public int Next(Span<byte> destination)
    {
        if (_virtio.Kind == VirtioHeader.KindNone)
            return Whole(destination);
        var from = _headers + _next;
        var length = Math.Min(_virtio.SegmentSize, _packet.Length - from);
        var index = _next / _virtio.SegmentSize;
        var isLast = from + length == _packet.Length;

        var sum = InternetChecksum.CopyAndAdd(_fixedSum, _packet.Slice(from, length), destination[_headers..]);
        _packet[.._headers].CopyTo(destination);
        var transport = destination[_transport.._headers];
        var transportLength = _headers - _transport + length;
        if (_virtio.Kind == VirtioHeader.KindUdp)
            FinishUdp(transport, transportLength, sum);
        else
            FinishTcp(transport, transportLength, sum, isLast);
        FinishIp(destination, _transport + transportLength, index);
        _next += length;
        return _headers + length;
    }

    private readonly void FinishTcp(Span<byte> transport, int length, ulong sum, bool isLast)
    {
        var sequence = BinaryPrimitives.ReadUInt32BigEndian(transport[4..]) + (uint)_next;
        BinaryPrimitives.WriteUInt32BigEndian(transport[4..], sequence);
        var flags = (TcpFlags)transport[13];
        // FIN and PSH are said by the last one, CWR by the first (RFC 3168 section 6.1.2: once).
        if (!isLast)
            flags &= ~(TcpFlags.Fin | TcpFlags.Psh);
        if (_next > 0)
            flags &= ~TcpFlags.Cwr;
        transport[13] = (byte)flags;
        sum = InternetChecksum.Add(InternetChecksum.Add(InternetChecksum.Add(sum, sequence), (ushort)flags), (uint)length);
        BinaryPrimitives.WriteUInt16BigEndian(transport[TcpChecksumAt..], InternetChecksum.Finish(sum));
    }

    private static void FinishUdp(Span<byte> transport, int length, ulong sum)
    {
        BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)length);
        // The length stands in the pseudo-header and in the header.
        sum = InternetChecksum.Add(InternetChecksum.Add(sum, (uint)length), (ushort)length);
        var checksum = InternetChecksum.Finish(sum);
        // RFC 768: zero means "none", so a sum of zero is sent as its other form.
        BinaryPrimitives.WriteUInt16BigEndian(transport[UdpChecksumAt..], checksum == 0 ? (ushort)0xffff : checksum);
    }

    private readonly void FinishIp(Span<byte> packet, int length, int index)
    {
        if (!_isV4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(length - 40));
            return;
        }
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) + index));
        var header = packet[..((packet[0] & 15) * 4)];
        header.Slice(10, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Of(header));
    }

    private int Whole(Span<byte> destination)
    {
        _packet.CopyTo(destination);
        _next = 1;
        if ((_virtio.Flags & VirtioHeader.NeedsChecksum) == 0)
            return _packet.Length;
        // The field holds the pseudo-header's sum, so that the sum over all from here on is the right one.
        var at = _transport + _virtio.ChecksumOffset;
        var checksum = InternetChecksum.Of(destination[_transport.._packet.Length]);
        if (checksum == 0 && _virtio.ChecksumOffset == UdpChecksumAt)
            checksum = 0xffff;
        BinaryPrimitives.WriteUInt16BigEndian(destination[at..], checksum);
        return _packet.Length;
    }
}
