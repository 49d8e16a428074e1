namespace Edge.Foundation.Wire;

// RFC 8200 section 3:
//
//   |Version| Traffic Class |              Flow Label               |
//   |         Payload Length        |  Next Header  |   Hop Limit   |
//   |                    Source Address (16 bytes)                  |
//   |                 Destination Address (16 bytes)                |

/// <summary>An IPv6 packet. Bytes behind the announced payload are cut off; a packet cut short is refused. Jumbograms (RFC 2675) are not known.</summary>
[WireMessage(40)]
internal readonly ref partial struct Ipv6Header
{
    [Const(6), Bits(4)] public partial byte Version { get; }
    [Bits(8)] public partial byte TrafficClass { get; }
    [Bits(20)] public partial uint FlowLabel { get; }

    /// <summary>Bytes behind this header, extension headers included.</summary>
    public partial ushort PayloadLength { get; }
    public partial IpProtocol NextHeader { get; }
    public partial byte HopLimit { get; }
    [Address] public partial UInt128 Source { get; }
    [Address] public partial UInt128 Destination { get; }

    /// <summary>Extension headers (<see cref="Ipv6Extensions"/>) and the upper layer.</summary>
    [Tail(nameof(PayloadLength))] public partial ReadOnlySpan<byte> Payload { get; }
}

/// <summary>The start of an IPv6 packet as an ICMPv6 error quotes it: the same header, but its payload length may promise more than is there.</summary>
[WireMessage(40)]
internal readonly ref partial struct Ipv6Quote
{
    [Const(6), Bits(4)] public partial byte Version { get; }
    [Bits(8)] public partial byte TrafficClass { get; }
    [Bits(20)] public partial uint FlowLabel { get; }
    public partial ushort PayloadLength { get; }
    public partial IpProtocol NextHeader { get; }
    public partial byte HopLimit { get; }
    [Address] public partial UInt128 Source { get; }
    [Address] public partial UInt128 Destination { get; }

    /// <summary>As much of the payload as fits an IPv6 packet of 1,280 bytes (RFC 4443 section 2.4).</summary>
    [Tail] public partial ReadOnlySpan<byte> Start { get; }
}

// RFC 8200 section 4.5:
//
//   |  Next Header  |   Reserved    |      Fragment Offset    |Res|M|
//   |                         Identification                        |

/// <summary>The fragment header, with what follows it.</summary>
[WireMessage(8)]
internal readonly ref partial struct Ipv6Fragment
{
    public partial IpProtocol NextHeader { get; }
    [Reserved] public partial byte ReservedByte { get; }

    /// <summary>In units of 8 bytes.</summary>
    [Bits(13)] public partial ushort FragmentOffset { get; }
    [Reserved, Bits(2)] public partial byte ReservedBits { get; }
    [Bits(1)] public partial bool MoreFragments { get; }
    public partial uint Identification { get; }
    [Tail] public partial ReadOnlySpan<byte> Payload { get; }
}
