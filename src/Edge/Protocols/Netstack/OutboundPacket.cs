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
    public int Write(int index, Span<byte> destination) =>
        _block is null ? WriteHeader(destination) : Write(index * _segmentSize, PayloadOf(index), isLast: index == Count - 1, destination);

    /// <summary>Writes all of it as one packet, as a TUN device with segmentation offload takes it.</summary>
    /// <returns>Its bytes, <see cref="TotalLength"/>.</returns>
    public int WriteWhole(Span<byte> destination) => _block is null ? WriteHeader(destination) : Write(0, _payloadLength, isLast: true, destination);

    /// <summary>Fills in what depends on where a packet is cut: lengths, its sequence number, checksums.</summary>
    internal static void Complete(Span<byte> packet, int ipHeaderLength, int offset, bool isLast)
    {
        var rest = packet[(ipHeaderLength + TcpHeader.Size)..];
        Complete(packet[..^rest.Length], ipHeaderLength, offset, isLast, rest.Length, InternetChecksum.Add(0, rest));
    }

    private int PayloadOf(int index) => Math.Min(_segmentSize, _payloadLength - index * _segmentSize);

    private int WriteHeader(Span<byte> destination)
    {
        _arena.AsSpan(_at, _headerLength).CopyTo(destination);
        return _headerLength;
    }

    private int Write(int skip, int payload, bool isLast, Span<byte> destination)
    {
        WriteHeader(destination);
        var fixedLength = _ipHeaderLength + TcpHeader.Size;
        var sum = InternetChecksum.Add(0, destination[fixedLength.._headerLength]);
        sum = Gather(sum, skip, destination.Slice(_headerLength, payload));
        Complete(destination[..fixedLength], _ipHeaderLength, skip, isLast, _headerLength - fixedLength + payload, sum);
        return _headerLength + payload;
    }

    // Copied and summed in one go.
    private ulong Gather(ulong sum, int skip, Span<byte> destination)
    {
        var block = _block!;
        var at = _blockOffset;
        for (var isOdd = false; !destination.IsEmpty; block = block.Next!, at = block.Start)
        {
            var there = block.End - at;
            if (skip >= there)
            {
                skip -= there;
                continue;
            }
            var piece = block.Span.Slice(at + skip, Math.Min(destination.Length, there - skip));
            sum = isOdd ? InternetChecksum.CopyAndAddOdd(sum, piece, destination) : InternetChecksum.CopyAndAdd(sum, piece, destination);
            destination = destination[piece.Length..];
            isOdd ^= (piece.Length & 1) != 0;
            skip = 0;
            if (destination.IsEmpty)
                break;
        }
        return sum;
    }

    // The headers without options, and what follows as a length and a sum.
    private static void Complete(Span<byte> headers, int ipHeaderLength, int offset, bool isLast, int restLength, ulong restSum)
    {
        var tcpLength = TcpHeader.Size + restLength;
        ReadOnlySpan<byte> addresses;
        if (headers[0] >> 4 == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(headers[Ipv4Header.TotalLengthOffset..], (ushort)(ipHeaderLength + tcpLength));
            BinaryPrimitives.WriteUInt16BigEndian(headers[Ipv4Header.ChecksumOffset..], 0);
            BinaryPrimitives.WriteUInt16BigEndian(headers[Ipv4Header.ChecksumOffset..], InternetChecksum.Of(headers[..ipHeaderLength]));
            addresses = headers.Slice(Ipv4Header.SourceOffset, 2 * 4);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(headers[Ipv6Header.PayloadLengthOffset..], (ushort)tcpLength);
            addresses = headers.Slice(Ipv6Header.SourceOffset, 2 * 16);
        }
        var tcp = headers.Slice(ipHeaderLength, TcpHeader.Size);
        var sequence = tcp[TcpHeader.SequenceOffset..];
        BinaryPrimitives.WriteUInt32BigEndian(sequence, BinaryPrimitives.ReadUInt32BigEndian(sequence) + (uint)offset);
        // What ends the segment ends its last packet only.
        if (!isLast)
            tcp[TcpHeader.FlagsOffset] &= (byte)~(TcpFlags.Fin | TcpFlags.Psh);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[TcpHeader.ChecksumOffset..], 0);
        var sum = InternetChecksum.Add(InternetChecksum.AddPseudoHeader(restSum, addresses, IpProtocol.Tcp, tcpLength), tcp);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[TcpHeader.ChecksumOffset..], InternetChecksum.Finish(sum));
    }
}
