namespace Edge.Foundation.Wire;

/// <summary>RFC 792 message types that Edge names; others occur.</summary>
internal enum IcmpType : byte
{
    EchoReply = 0,
    DestinationUnreachable = 3,
    Redirect = 5,
    EchoRequest = 8,
    TimeExceeded = 11,
    ParameterProblem = 12,
}

/// <summary>Any ICMP message (RFC 792).</summary>
[WireMessage(4)]
internal readonly ref partial struct IcmpHeader
{
    public partial IcmpType Type { get; }
    public partial byte Code { get; }

    /// <summary>Over the whole message, without a pseudo-header.</summary>
    public partial ushort Checksum { get; }
    [Tail] public partial ReadOnlySpan<byte> Body { get; }
}

// RFC 792, "Echo or Echo Reply Message":
//
//   |     Type      |     Code      |          Checksum             |
//   |           Identifier          |        Sequence Number        |
//   |     Data ...

/// <summary>An echo request or reply: <see cref="Type"/> tells, and the caller checks it.</summary>
[WireMessage(8)]
internal readonly ref partial struct IcmpEcho
{
    public partial IcmpType Type { get; }
    public partial byte Code { get; }
    public partial ushort Checksum { get; }
    public partial ushort Identifier { get; }
    public partial ushort Sequence { get; }
    [Tail] public partial ReadOnlySpan<byte> Data { get; }
}

// RFC 792, "Destination Unreachable Message", with the MTU of RFC 1191 section 4 and the length of RFC 4884 section 4.1:
//
//   |     Type      |     Code      |          Checksum             |
//   |     unused    |    Length     |         Next-Hop MTU          |
//   |      Internet Header + leading octets of original datagram    |

/// <summary>Destination unreachable.</summary>
[WireMessage(8)]
internal readonly ref partial struct IcmpUnreachable
{
    /// <summary>Code: a datagram that must not be fragmented is larger than <see cref="NextHopMtu"/>.</summary>
    public const byte FragmentationNeeded = 4, PortUnreachable = 3, HostUnreachable = 1, AdministrativelyProhibited = 13;

    [Const(IcmpType.DestinationUnreachable)] public partial IcmpType Type { get; }
    public partial byte Code { get; }
    public partial ushort Checksum { get; }
    [Reserved] public partial byte Unused { get; }

    /// <summary>Length of the quoted datagram in 32-bit words where an extension follows it, otherwise 0.</summary>
    public partial byte QuoteWords { get; }

    /// <summary>Bytes; meant only with code 4, and 0 from routers older than RFC 1191.</summary>
    public partial ushort NextHopMtu { get; }

    /// <summary>For <see cref="Ipv4Quote"/>.</summary>
    [Tail] public partial ReadOnlySpan<byte> Quote { get; }
}

/// <summary>Time exceeded (RFC 792): code 0 in transit, 1 in reassembly.</summary>
[WireMessage(8)]
internal readonly ref partial struct IcmpTimeExceeded
{
    [Const(IcmpType.TimeExceeded)] public partial IcmpType Type { get; }
    public partial byte Code { get; }
    public partial ushort Checksum { get; }
    [Reserved] public partial byte Unused { get; }

    /// <summary>As in <see cref="IcmpUnreachable.QuoteWords"/>.</summary>
    public partial byte QuoteWords { get; }
    [Reserved] public partial ushort UnusedToo { get; }

    /// <summary>For <see cref="Ipv4Quote"/>.</summary>
    [Tail] public partial ReadOnlySpan<byte> Quote { get; }
}
