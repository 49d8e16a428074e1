namespace Edge.Foundation.Wire;

/// <summary>What Tailscale's peer relays carry behind a Geneve header (tailscale 1.96.5, net/packet/geneve.go).</summary>
internal enum GeneveProtocol : ushort
{
    Disco = 0x7a11,
    WireGuard = 0x7a12,
}

// RFC 8926 section 3.4:
//
//   |Ver|  Opt Len  |O|C|    Rsvd.  |          Protocol Type        |
//   |        Virtual Network Identifier (VNI)       |    Reserved   |
//   |                    Variable-Length Options                    |

/// <summary>A packet by way of a peer relay.</summary>
[WireMessage(8)]
internal readonly ref partial struct GeneveHeader
{
    /// <summary>A receiver drops what it does not know (RFC 8926 section 3.4).</summary>
    [Const(0), Bits(2)] public partial byte Version { get; }

    /// <summary>In 4-byte units; Tailscale has no options.</summary>
    [Bits(6)] public partial byte OptionWords { get; }

    /// <summary>O: set on the handshake with the relay itself.</summary>
    [Bits(1)] public partial bool Control { get; }

    /// <summary>C: an option must be understood, or the packet dropped.</summary>
    [Bits(1)] public partial bool Critical { get; }
    [Reserved, Bits(6)] public partial byte ReservedBits { get; }
    public partial GeneveProtocol Protocol { get; }

    /// <summary>24 bits: the session at the relay.</summary>
    [Bytes(3)] public partial uint Vni { get; }
    [Reserved] public partial byte ReservedByte { get; }
    [Tail(nameof(OptionWords), Unit = 4)] public partial ReadOnlySpan<byte> Options { get; }
    [Tail] public partial ReadOnlySpan<byte> Payload { get; }
}
