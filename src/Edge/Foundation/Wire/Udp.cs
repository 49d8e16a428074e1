namespace Edge.Foundation.Wire;

// RFC 768:
//
//   |          Source Port          |        Destination Port       |
//   |             Length            |            Checksum           |

/// <summary>A UDP datagram; a length below 8 or beyond the packet is refused, bytes behind it are cut off.</summary>
[WireMessage(8)]
internal readonly ref partial struct UdpHeader
{
    public partial ushort SourcePort { get; }
    public partial ushort DestinationPort { get; }

    /// <summary>Bytes of header and payload.</summary>
    public partial ushort Length { get; }

    /// <summary>Zero: not computed, which only IPv4 allows.</summary>
    public partial ushort Checksum { get; }
    [Tail(nameof(Length), FromStart = true)] public partial ReadOnlySpan<byte> Payload { get; }
}

/// <summary>What TCP, UDP and SCTP have in common, also where an ICMP error quotes no more of them than 8 bytes.</summary>
[WireMessage(4)]
internal readonly ref partial struct TransportPorts
{
    public partial ushort SourcePort { get; }
    public partial ushort DestinationPort { get; }
}
