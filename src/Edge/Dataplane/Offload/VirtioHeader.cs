using System.Runtime.InteropServices;

namespace Edge.Dataplane.Offload;

/// <summary>
/// <c>struct virtio_net_hdr</c> in the machine's byte order (linux/virtio_net.h): what a TUN device with IFF_VNET_HDR puts before each packet.
/// It says which work on the packet is still to be done: the checksum, and the cut into segments.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 2)]
internal struct VirtioHeader
{
    public const int Size = 10;

    /// <summary>Flag: the checksum at <see cref="ChecksumStart"/> + <see cref="ChecksumOffset"/> holds the pseudo-header's sum only.</summary>
    public const byte NeedsChecksum = 1;

    public const byte KindNone = 0;
    public const byte KindTcpV4 = 1;
    public const byte KindTcpV6 = 4;
    public const byte KindUdp = 5;

    public byte Flags;

    /// <summary>One of the kinds: what is to be cut.</summary>
    public byte Kind;

    /// <summary>A hint only.</summary>
    public ushort HeaderLength;

    /// <summary>Payload bytes of each segment; the last may have fewer.</summary>
    public ushort SegmentSize;

    /// <summary>Where the checksummed bytes start: the transport header.</summary>
    public ushort ChecksumStart;

    /// <summary>Where in them the checksum is.</summary>
    public ushort ChecksumOffset;
}
