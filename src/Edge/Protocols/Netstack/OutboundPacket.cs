using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

/// <summary>
/// A packet to send: whole, or a TCP segment of up to 64 KiB that becomes several packets where it is written to its final place.
/// Its payload is copied there once, out of the memory that the writer filled.
/// </summary>
internal readonly struct OutboundPacket
{
    private readonly byte[] _arena;
    private readonly int _at;
    private readonly int _headerLength;
    private readonly int _ipHeaderLength;
    private readonly Block? _block;
    private readonly int _blockOffset;
    private readonly int _payloadLength;
    private readonly int _segmentSize;

    internal OutboundPacket(byte[] arena, int at, int headerLength, int ipHeaderLength, Block? block, int blockOffset, int payloadLength, int segmentSize)
    {
        (_arena, _at, _headerLength, _ipHeaderLength) = (arena, at, headerLength, ipHeaderLength);
        (_block, _blockOffset, _payloadLength, _segmentSize) = (block, blockOffset, payloadLength, segmentSize);
    }

    /// <summary>Packets that this becomes.</summary>
    public int Count => _block is null ? 1 : (_payloadLength + _segmentSize - 1) / _segmentSize;

    /// <summary>Payload bytes of each packet but the last, which may have fewer; 0: it is one whole packet.</summary>
    public int SegmentSize => _block is null ? 0 : _segmentSize;

    /// <summary>Bytes of one uncut packet.</summary>
    public int TotalLength => _headerLength + _payloadLength;

    public bool IsV4 => _arena[_at] >> 4 == 4;

    public IpAddress Source => IsV4
        ? IpAddress.Read(_arena.AsSpan(_at + Ipv4Header.SourceOffset, 4))
        : IpAddress.Read(_arena.AsSpan(_at + Ipv6Header.SourceOffset, 16));

    public IpAddress Destination => IsV4
        ? IpAddress.Read(_arena.AsSpan(_at + Ipv4Header.DestinationOffset, 4))
        : IpAddress.Read(_arena.AsSpan(_at + Ipv6Header.DestinationOffset, 16));

    /// <summary>Bytes of packet <paramref name="index"/>.</summary>
    public int Length(int index) => _headerLength + PayloadOf(index);

    /// <summary>Writes packet <paramref name="index"/>, complete with its checksums.</summary>
    /// <returns>Its bytes.</returns>
    public int Write(int index, Span<byte> destination)
    {
        _arena.AsSpan(_at, _headerLength).CopyTo(destination);
        if (_block is null)
            return _headerLength;
        var payload = PayloadOf(index);
        Gather(index * _segmentSize, destination.Slice(_headerLength, payload));
        Complete(destination[..(_headerLength + payload)], _ipHeaderLength, index * _segmentSize, isLast: index == Count - 1);
        return _headerLength + payload;
    }

    /// <summary>Writes all of it as one packet, as a TUN device with segmentation offload takes it.</summary>
    /// <returns>Its bytes, <see cref="TotalLength"/>.</returns>
    public int WriteWhole(Span<byte> destination)
    {
        _arena.AsSpan(_at, _headerLength).CopyTo(destination);
        if (_block is null)
            return _headerLength;
        Gather(0, destination.Slice(_headerLength, _payloadLength));
        Complete(destination[..TotalLength], _ipHeaderLength, 0, isLast: true);
        return TotalLength;
    }

    private int PayloadOf(int index) => Math.Min(_segmentSize, _payloadLength - index * _segmentSize);

    private void Gather(int skip, Span<byte> destination)
    {
        var block = _block!;
        var at = _blockOffset;
        while (!destination.IsEmpty)
        {
            var there = block.End - at;
            if (skip >= there)
            {
                skip -= there;
            }
            else
            {
                var step = Math.Min(destination.Length, there - skip);
                block.Span.Slice(at + skip, step).CopyTo(destination);
                destination = destination[step..];
                skip = 0;
            }
            if (destination.IsEmpty)
                return;
            block = block.Next!;
            at = block.Start;
        }
    }

    /// <summary>Fills in what depends on where a packet is cut: lengths, its sequence number, checksums.</summary>
    internal static void Complete(Span<byte> packet, int ipHeaderLength, int offset, bool isLast)
    {
        var isV4 = packet[0] >> 4 == 4;
        if (isV4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[Ipv4Header.TotalLengthOffset..], (ushort)packet.Length);
            BinaryPrimitives.WriteUInt16BigEndian(packet[Ipv4Header.ChecksumOffset..], 0);
            BinaryPrimitives.WriteUInt16BigEndian(packet[Ipv4Header.ChecksumOffset..], Checksum.Finish(Checksum.Add(0, packet[..ipHeaderLength])));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[Ipv6Header.PayloadLengthOffset..], (ushort)(packet.Length - ipHeaderLength));
        }
        var source = isV4 ? packet.Slice(Ipv4Header.SourceOffset, 4) : packet.Slice(Ipv6Header.SourceOffset, 16);
        var destination = isV4 ? packet.Slice(Ipv4Header.DestinationOffset, 4) : packet.Slice(Ipv6Header.DestinationOffset, 16);
        var tcp = packet[ipHeaderLength..];
        var sequence = tcp[TcpHeader.SequenceOffset..];
        BinaryPrimitives.WriteUInt32BigEndian(sequence, BinaryPrimitives.ReadUInt32BigEndian(sequence) + (uint)offset);
        // What ends the segment ends its last packet only.
        if (!isLast)
            tcp[TcpHeader.FlagsOffset] &= (byte)~(TcpFlags.Fin | TcpFlags.Psh);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[TcpHeader.ChecksumOffset..], 0);
        var sum = Checksum.Add(Checksum.PseudoHeader(IpAddress.Read(source), IpAddress.Read(destination), IpProtocol.Tcp, tcp.Length), tcp);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[TcpHeader.ChecksumOffset..], Checksum.Finish(sum));
    }
}
