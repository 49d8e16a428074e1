namespace Edge.Foundation.Wire;

// RFC 791 section 3.1, with DSCP (RFC 2474) and ECN (RFC 3168) for the type of service:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |Version|  IHL  |   DSCP    |ECN|          Total Length         |
//   |         Identification        |0|D|M|     Fragment Offset     |
//   |  Time to Live |    Protocol   |        Header Checksum        |
//   |                         Source Address                        |
//   |                      Destination Address                      |
//   |                    Options, padded to 32 bits                 |

/// <summary>An IPv4 packet. Bytes behind the announced total length (padding) are cut off; a packet cut short is refused.</summary>
[WireMessage(20)]
internal readonly ref partial struct Ipv4Header
{
    [Const(4), Bits(4)] public partial byte Version { get; }

    /// <summary>IHL: the header's length in 32-bit words, options included.</summary>
    [Bits(4)] public partial byte HeaderWords { get; }
    [Bits(6)] public partial byte Dscp { get; }
    [Bits(2)] public partial byte Ecn { get; }

    /// <summary>Bytes of header and payload.</summary>
    public partial ushort TotalLength { get; }
    public partial ushort Identification { get; }
    [Reserved, Bits(1)] public partial bool ReservedFlag { get; }
    [Bits(1)] public partial bool DontFragment { get; }
    [Bits(1)] public partial bool MoreFragments { get; }

    /// <summary>In units of 8 bytes.</summary>
    [Bits(13)] public partial ushort FragmentOffset { get; }
    public partial byte TimeToLive { get; }
    public partial IpProtocol Protocol { get; }
    public partial ushort Checksum { get; }
    [Address] public partial uint Source { get; }
    [Address] public partial uint Destination { get; }
    [Tail(nameof(HeaderWords), Unit = 4, FromStart = true)] public partial ReadOnlySpan<byte> Options { get; }
    [Tail(nameof(TotalLength), FromStart = true)] public partial ReadOnlySpan<byte> Payload { get; }
}

/// <summary>The start of an IPv4 packet as an ICMP error quotes it: the same header, but its total length may promise more than is there.</summary>
[WireMessage(20)]
internal readonly ref partial struct Ipv4Quote
{
    [Const(4), Bits(4)] public partial byte Version { get; }
    [Bits(4)] public partial byte HeaderWords { get; }
    [Bits(6)] public partial byte Dscp { get; }
    [Bits(2)] public partial byte Ecn { get; }
    public partial ushort TotalLength { get; }
    public partial ushort Identification { get; }
    [Reserved, Bits(1)] public partial bool ReservedFlag { get; }
    [Bits(1)] public partial bool DontFragment { get; }
    [Bits(1)] public partial bool MoreFragments { get; }
    [Bits(13)] public partial ushort FragmentOffset { get; }
    public partial byte TimeToLive { get; }
    public partial IpProtocol Protocol { get; }
    public partial ushort Checksum { get; }
    [Address] public partial uint Source { get; }
    [Address] public partial uint Destination { get; }
    [Tail(nameof(HeaderWords), Unit = 4, FromStart = true)] public partial ReadOnlySpan<byte> Options { get; }

    /// <summary>At least the first 8 bytes of the payload (RFC 792).</summary>
    [Tail] public partial ReadOnlySpan<byte> Start { get; }
}
