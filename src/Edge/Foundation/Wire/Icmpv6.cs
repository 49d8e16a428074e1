namespace Edge.Foundation.Wire;

/// <summary>RFC 4443 message types that Edge names; others occur.</summary>
internal enum Icmpv6Type : byte
{
    DestinationUnreachable = 1,
    PacketTooBig = 2,
    TimeExceeded = 3,
    ParameterProblem = 4,
    EchoRequest = 128,
    EchoReply = 129,
}

/// <summary>Any ICMPv6 message (RFC 4443 section 2.1).</summary>
[WireMessage(4)]
internal readonly ref partial struct Icmpv6Header
{
    public partial Icmpv6Type Type { get; }
    public partial byte Code { get; }

    /// <summary>Over the pseudo-header too (RFC 4443 section 2.3).</summary>
    public partial ushort Checksum { get; }
    [Tail] public partial ReadOnlySpan<byte> Body { get; }
}

// RFC 4443 sections 4.1 and 4.2:
//
//   |     Type      |     Code      |          Checksum             |
//   |           Identifier          |        Sequence Number        |
//   |     Data ...

/// <summary>An echo request or reply: <see cref="Type"/> tells, and the caller checks it.</summary>
[WireMessage(8)]
internal readonly ref partial struct Icmpv6Echo
{
    public partial Icmpv6Type Type { get; }
    public partial byte Code { get; }
    public partial ushort Checksum { get; }
    public partial ushort Identifier { get; }
    public partial ushort Sequence { get; }
    [Tail] public partial ReadOnlySpan<byte> Data { get; }
}

// RFC 4443 section 3.1, with the length of RFC 4884 section 4.4:
//
//   |     Type      |     Code      |          Checksum             |
//   |    Length     |                  Unused                       |
//   |        As much of the invoking packet as fits                 |

/// <summary>Destination unreachable.</summary>
[WireMessage(8)]
internal readonly ref partial struct Icmpv6Unreachable
{
    public const byte NoRoute = 0, AdministrativelyProhibited = 1, AddressUnreachable = 3, PortUnreachable = 4;

    [Const(Icmpv6Type.DestinationUnreachable)] public partial Icmpv6Type Type { get; }
    public partial byte Code { get; }
    public partial ushort Checksum { get; }

    /// <summary>Length of the quoted packet in 64-bit words where an extension follows it, otherwise 0.</summary>
    public partial byte QuoteWords { get; }
    [Reserved, Bytes(3)] public partial uint Unused { get; }

    /// <summary>For <see cref="Ipv6Quote"/>.</summary>
    [Tail] public partial ReadOnlySpan<byte> Quote { get; }
}

/// <summary>Packet too big (RFC 4443 section 3.2).</summary>
[WireMessage(8)]
internal readonly ref partial struct Icmpv6PacketTooBig
{
    [Const(Icmpv6Type.PacketTooBig)] public partial Icmpv6Type Type { get; }
    public partial byte Code { get; }
    public partial ushort Checksum { get; }

    /// <summary>Of the next hop, in bytes. Anyone on the path can send it: below 1,280 it is to be ignored (RFC 8201 section 4).</summary>
    public partial uint Mtu { get; }

    /// <summary>For <see cref="Ipv6Quote"/>.</summary>
    [Tail] public partial ReadOnlySpan<byte> Quote { get; }
}

/// <summary>Time exceeded (RFC 4443 section 3.3): code 0 hop limit, 1 reassembly.</summary>
[WireMessage(8)]
internal readonly ref partial struct Icmpv6TimeExceeded
{
    [Const(Icmpv6Type.TimeExceeded)] public partial Icmpv6Type Type { get; }
    public partial byte Code { get; }
    public partial ushort Checksum { get; }

    /// <summary>As in <see cref="Icmpv6Unreachable.QuoteWords"/>.</summary>
    public partial byte QuoteWords { get; }
    [Reserved, Bytes(3)] public partial uint Unused { get; }

    /// <summary>For <see cref="Ipv6Quote"/>.</summary>
    [Tail] public partial ReadOnlySpan<byte> Quote { get; }
}
