namespace Edge.Foundation.Wire;

/// <summary>The control bits of RFC 9293 section 3.1.</summary>
[Flags]
internal enum TcpFlags : byte
{
    None = 0,
    Fin = 0x01,
    Syn = 0x02,
    Rst = 0x04,
    Psh = 0x08,
    Ack = 0x10,
    Urg = 0x20,
    Ece = 0x40,
    Cwr = 0x80,
}

// RFC 9293 section 3.1; the bit before CWR is AE (RFC 9768 section 3.1):
//
//   |          Source Port          |       Destination Port        |
//   |                        Sequence Number                        |
//   |                    Acknowledgment Number                      |
//   |  Data |Reser|A|C|E|U|A|P|R|S|F|                               |
//   | Offset|ved  |E|W|C|R|C|S|S|Y|I|            Window             |
//   |       |     | |R|E|G|K|H|T|N|N|                               |
//   |           Checksum            |         Urgent Pointer        |
//   |                    Options, padded to 32 bits                 |

/// <summary>A TCP segment.</summary>
[WireMessage(20)]
internal readonly ref partial struct TcpHeader
{
    public partial ushort SourcePort { get; }
    public partial ushort DestinationPort { get; }
    public partial uint Sequence { get; }
    public partial uint Acknowledgment { get; }

    /// <summary>Data offset: the header's length in 32-bit words, options included.</summary>
    [Bits(4)] public partial byte HeaderWords { get; }
    [Reserved, Bits(3)] public partial byte ReservedBits { get; }
    [Bits(1)] public partial bool AccurateEcn { get; }
    public partial TcpFlags Flags { get; }

    /// <summary>As on the wire: not scaled.</summary>
    public partial ushort Window { get; }
    public partial ushort Checksum { get; }
    public partial ushort UrgentPointer { get; }

    /// <summary>For <see cref="TcpOptions"/>.</summary>
    [Tail(nameof(HeaderWords), Unit = 4, FromStart = true)] public partial ReadOnlySpan<byte> Options { get; }
    [Tail] public partial ReadOnlySpan<byte> Payload { get; }
}
