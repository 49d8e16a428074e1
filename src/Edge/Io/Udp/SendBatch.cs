using System.Runtime.CompilerServices;
using Edge.Foundation.Addresses;
using Edge.Foundation.Buffers;
using Edge.Io.Native;

namespace Edge.Io.Udp;

/// <summary>Memory for one call of sendmmsg: headers that point at runs, or at single datagrams, of an outbox.</summary>
internal sealed unsafe class SendBatch : IDisposable
{
    public const int Capacity = 64;

    private const int NameSize = 32;
    // Room for UDP_SEGMENT (24 bytes) and the packet info (32 or 40).
    private const int ControlSize = 64;

    private readonly Slab _headers = new(Capacity * (sizeof(MessageSlot) + sizeof(IoVector) + NameSize + ControlSize));

    public SendBatch()
    {
        _headers.Bytes.Clear();
        for (var i = 0; i < Capacity; i++)
        {
            ref var header = ref Messages[i].Header;
            header.Vectors = Vectors + i;
            header.VectorCount = 1;
            header.Name = Names + i * NameSize;
        }
    }

    public MessageSlot* Messages => (MessageSlot*)_headers.Start;

    private IoVector* Vectors => (IoVector*)(_headers.Start + Capacity * sizeof(MessageSlot));

    private byte* Names => (byte*)(Vectors + Capacity);

    private byte* Controls => Names + Capacity * NameSize;

    /// <summary>Points a message at bytes.</summary>
    /// <param name="index">Which message.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="keepsLocal">Whether the path's own address is asked for.</param>
    /// <param name="start">The first byte; in memory that does not move.</param>
    /// <param name="length">Bytes of all datagrams.</param>
    /// <param name="segmentSize">Bytes of each; 0 for one datagram that is not to be cut.</param>
    public void Set(int index, in DatagramPath path, bool keepsLocal, byte* start, int length, int segmentSize)
    {
        Vectors[index] = new IoVector { Start = start, Length = (nuint)length };
        ref var header = ref Messages[index].Header;
        header.NameLength = (uint)SocketAddress.Write(path.Remote, new Span<byte>(header.Name, NameSize));
        var control = Controls + index * ControlSize;
        var used = 0;
        if (segmentSize > 0)
        {
            *(ControlHeader*)control = new ControlHeader { Length = (nuint)sizeof(ControlHeader) + 2, Level = SocketOption.UdpLevel, Type = SocketOption.UdpSegment };
            *(ushort*)(control + sizeof(ControlHeader)) = (ushort)segmentSize;
            used = 24;
        }
        if (keepsLocal && path.HasLocal)
            used += WritePacketInfo(control + used, path);
        header.Control = used > 0 ? control : null;
        header.ControlLength = (nuint)used;
    }

    public void Dispose() => _headers.Dispose();

    private static int WritePacketInfo(byte* control, in DatagramPath path)
    {
        var isV4 = path.Local.IsV4;
        var data = new Span<byte>(control + sizeof(ControlHeader), isV4 ? 16 : 24);
        data.Clear();
        *(ControlHeader*)control = isV4
            ? new ControlHeader { Length = (nuint)sizeof(ControlHeader) + 12, Level = SocketOption.IpLevel, Type = SocketOption.PacketInfoV4 }
            : new ControlHeader { Length = (nuint)sizeof(ControlHeader) + 20, Level = SocketOption.Ipv6Level, Type = SocketOption.PacketInfoV6 };
        // The interface stays 0, so that routing goes on choosing it; a link-local address means nothing without it.
        path.Local.Write(isV4 ? data[4..] : data);
        if (!isV4)
            Unsafe.WriteUnaligned(ref data[16], path.Remote.ScopeId);
        return sizeof(ControlHeader) + data.Length;
    }
}
