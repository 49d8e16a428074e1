using System.Buffers.Binary;
using Edge.Foundation.Wire;

namespace Edge.Dataplane.Offload;

/// <summary>
/// Packets on their way to the system, consecutive segments of one flow joined into one large packet (GRO) that is written in one call: the
/// first one's headers, then everybody's payload where it lies. Packets stay in order. A segment whose checksum is wrong is not joined but
/// handed over as it is: the receiver judges it.
/// </summary>
internal sealed unsafe class PacketJoin(IPacketSink sink, bool joinsUdp)
{
    private const int MaxPieces = 64;
    private const int LargestPacket = 65_535;

    private readonly PacketPiece[] _pieces = new PacketPiece[MaxPieces];
    private SegmentHead _head;
    private int _count;
    private int _length;
    private bool _isOpen;
    private bool _isFirstIntact;

    /// <summary>False: every packet leaves as it came, for a receiver that takes no large ones.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Packets that left as parts of larger ones.</summary>
    public long Joined { get; private set; }

    /// <summary>Takes a packet. Its bytes stay as they are until <see cref="Flush"/>, which rewrites the headers of what it joined.</summary>
    public void Add(Span<byte> packet)
    {
        fixed (byte* start = packet)
            Add(start, packet.Length);
    }

    /// <summary>Hands over what is still held.</summary>
    public void Flush()
    {
        if (_count == 0)
            return;
        VirtioHeader virtio = default;
        if (_count > 1)
        {
            virtio = Finish();
            Joined += _count;
        }
        sink.Write(virtio, _pieces.AsSpan(0, _count));
        _count = 0;
        _isOpen = false;
    }

    private void Add(byte* start, int length)
    {
        ReadOnlySpan<byte> packet = new(start, length);
        SegmentHead head = default;
        var canJoin = IsEnabled && SegmentHead.TryRead(packet, out head) && (head.IsTcp || joinsUdp);
        if (canJoin && _isOpen && Continues(packet, head) && head.IsIntact(packet))
        {
            _pieces[_count++] = new PacketPiece(start + head.Headers, head.Payload);
            _length += head.Payload;
            if (head.IsPushed)
                _pieces[0].Start[_head.Transport + 13] |= (byte)TcpFlags.Psh;
            _isOpen = !head.IsPushed && head.Payload == _head.Payload && _count < MaxPieces;
            return;
        }
        Flush();
        _head = head;
        _pieces[0] = new PacketPiece(start, length);
        _count = 1;
        _length = length;
        _isOpen = canJoin && !head.IsPushed;
        _isFirstIntact = false;
    }

    private bool Continues(ReadOnlySpan<byte> packet, in SegmentHead head)
    {
        ReadOnlySpan<byte> first = new(_pieces[0].Start, _pieces[0].Length);
        if (head.Payload > _head.Payload || _length + head.Payload > LargestPacket || !_head.IsSameFlow(first, packet, head))
            return false;
        if (head.IsTcp && head.Sequence != _head.Sequence + (uint)(_length - _head.Headers))
            return false;
        // Looked at when there is something to join: alone it would be the receiver's affair.
        if (!_isFirstIntact && !_head.IsIntact(first))
        {
            _isOpen = false;
            return false;
        }
        return _isFirstIntact = true;
    }

    /// <summary>Makes the first packet's headers those of the whole: lengths, IPv4's checksum, and the transport's pseudo-header sum for the system to complete.</summary>
    private VirtioHeader Finish()
    {
        Span<byte> headers = new(_pieces[0].Start, _head.Headers);
        if (_head.IsV4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(headers[2..], (ushort)_length);
            headers.Slice(10, 2).Clear();
            BinaryPrimitives.WriteUInt16BigEndian(headers[10..], InternetChecksum.Of(headers[..20]));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(headers[4..], (ushort)(_length - 40));
        }
        var addresses = _head.IsV4 ? headers.Slice(12, 8) : headers.Slice(8, 32);
        var pseudo = InternetChecksum.Fold(InternetChecksum.AddPseudoHeader(0, addresses, _head.Protocol, _length - _head.Transport));
        var offset = _head.IsTcp ? 16 : 6;
        if (!_head.IsTcp)
            BinaryPrimitives.WriteUInt16BigEndian(headers[(_head.Transport + 4)..], (ushort)(_length - _head.Transport));
        BinaryPrimitives.WriteUInt16BigEndian(headers[(_head.Transport + offset)..], pseudo);
        return new VirtioHeader
        {
            Flags = VirtioHeader.NeedsChecksum,
            Kind = !_head.IsTcp ? VirtioHeader.KindUdp : _head.IsV4 ? VirtioHeader.KindTcpV4 : VirtioHeader.KindTcpV6,
            HeaderLength = (ushort)_head.Headers,
            SegmentSize = (ushort)_head.Payload,
            ChecksumStart = (ushort)_head.Transport,
            ChecksumOffset = (ushort)offset,
        };
    }
}
