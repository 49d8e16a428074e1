using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Edge.Foundation.Addresses;
using Edge.Foundation.Buffers;
using Edge.Io.Native;

namespace Edge.Io.Udp;

/// <summary>
/// Memory for one call of recvmmsg, and what it brought: slots of which each holds a datagram, or a run of equal ones that the kernel joined
/// (UDP_GRO). Pages of slots that were never used cost nothing.
/// </summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    public const int Capacity = 32;

    private const int SlotSize = 65_536;
    // A distance of exactly 64 KiB would put the start of every slot into the same set of the cache.
    private const int SlotStride = SlotSize + 5 * 64;
    private const int NameSize = 32;
    private const int ControlSize = 128;
    private const int Truncated = 0x20; // MSG_TRUNC

    private readonly Slab _bytes = new(Capacity * SlotStride);
    private readonly Slab _headers = new(Capacity * (sizeof(MessageSlot) + sizeof(IoVector) + NameSize + ControlSize));

    public ReceiveBatch()
    {
        _headers.Bytes.Clear();
        var vectors = (IoVector*)(_headers.Start + Capacity * sizeof(MessageSlot));
        var names = (byte*)(vectors + Capacity);
        for (var i = 0; i < Capacity; i++)
        {
            vectors[i] = new IoVector { Start = _bytes.Start + i * SlotStride, Length = SlotSize };
            ref var header = ref Messages[i].Header;
            header.Vectors = vectors + i;
            header.VectorCount = 1;
            header.Name = names + i * NameSize;
            header.Control = names + Capacity * NameSize + i * ControlSize;
        }
    }

    public MessageSlot* Messages => (MessageSlot*)_headers.Start;

    /// <summary>Slots that the last call filled.</summary>
    public int Count { get; set; }

    /// <summary>Makes the first slots ready for a call: the kernel overwrites the lengths.</summary>
    public void Prepare(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Messages[i].Header.NameLength = NameSize;
            Messages[i].Header.ControlLength = ControlSize;
        }
    }

    /// <summary>Whether the kernel had more than the slot holds.</summary>
    public bool IsTruncated(int index) => (Messages[index].Header.Flags & Truncated) != 0;

    public Span<byte> BytesOf(int index) => _bytes.Slice(index * SlotStride, (int)Messages[index].Length);

    /// <summary>Who sent it to which of our addresses, and the size of its datagrams: that of the whole where the kernel joined none.</summary>
    public DatagramPath PathOf(int index, out int segmentSize)
    {
        ref var header = ref Messages[index].Header;
        segmentSize = (int)Messages[index].Length;
        var remote = SocketAddress.Read(new ReadOnlySpan<byte>(header.Name, (int)header.NameLength));
        IpAddress local = default;
        var control = new ReadOnlySpan<byte>(header.Control, (int)header.ControlLength);
        while (control.Length >= sizeof(ControlHeader))
        {
            var message = Unsafe.ReadUnaligned<ControlHeader>(in control[0]);
            if (message.Length < (nuint)sizeof(ControlHeader) || message.Length > (nuint)control.Length)
                break;
            var data = control[sizeof(ControlHeader)..(int)message.Length];
            if (message is { Level: SocketOption.UdpLevel, Type: SocketOption.UdpGro } && data.Length >= 4)
                segmentSize = Unsafe.ReadUnaligned<int>(in data[0]);
            // struct in_pktinfo: interface, local address, the header's destination.
            else if (message is { Level: SocketOption.IpLevel, Type: SocketOption.PacketInfoV4 } && data.Length >= 12)
                local = IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(data[4..]));
            else if (message is { Level: SocketOption.Ipv6Level, Type: SocketOption.PacketInfoV6 } && data.Length >= 20)
                local = IpAddress.Read(data[..16]);
            control = control[Math.Min(control.Length, ((int)message.Length + 7) & ~7)..];
        }
        return new DatagramPath(remote, local);
    }

    /// <summary>Gives the slots' memory back until it is used again.</summary>
    public void Trim() => Pages.GiveBack(_bytes);

    public void Dispose()
    {
        _bytes.Dispose();
        _headers.Dispose();
    }
}
