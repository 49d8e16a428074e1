using System.Buffers.Binary;

namespace Edge.Foundation.Wire;

/// <summary>Class and method of RFC 8489 section 5 as one number.</summary>
internal enum StunMessageType : ushort
{
    BindingRequest = 0x0001,
    BindingSuccess = 0x0101,
    BindingError = 0x0111,
}

// RFC 8489 section 5:
//
//   |0 0|     STUN Message Type     |         Message Length        |
//   |                         Magic Cookie                          |
//   |                  Transaction ID (96 bits)                     |

/// <summary>
/// A STUN message: what is one at all, by its first two bits and the cookie. <see cref="Length"/> is not checked against the datagram, because
/// Tailscale's server does not look at it and its client ignores bytes behind it (tailscale 1.96.5, net/stun/stun.go).
/// </summary>
[WireMessage(20)]
internal readonly ref partial struct StunHeader
{
    [Const(0), Bits(2)] public partial byte Zero { get; }
    [Bits(14)] public partial StunMessageType Type { get; }

    /// <summary>Bytes of the attributes.</summary>
    public partial ushort Length { get; }
    [Const(0x2112a442u)] public partial uint Cookie { get; }
    [Bytes(12)] public partial ReadOnlySpan<byte> TransactionId { get; }

    /// <summary>All behind the header, for <see cref="StunAttributes"/>; a client cuts it at <see cref="Length"/> first.</summary>
    [Tail] public partial ReadOnlySpan<byte> Attributes { get; }
}

/// <summary>An address attribute's value for IPv4 (RFC 8489 sections 14.1 and 14.2); plain in MAPPED-ADDRESS, masked in XOR-MAPPED-ADDRESS.</summary>
[WireMessage(8)]
internal readonly ref partial struct StunAddress4
{
    [Reserved] public partial byte Unused { get; }
    [Const(1)] public partial byte Family { get; }
    public partial ushort Port { get; }
    [Address] public partial uint Address { get; }

    /// <summary>Masks or unmasks a port of XOR-MAPPED-ADDRESS.</summary>
    public static ushort Mask(ushort port) => (ushort)(port ^ 0x2112);

    /// <summary>Masks or unmasks an IPv4 address of XOR-MAPPED-ADDRESS.</summary>
    public static uint Mask(uint address) => address ^ 0x2112a442;
}

/// <summary>An address attribute's value for IPv6; see <see cref="StunAddress4"/>.</summary>
[WireMessage(20)]
internal readonly ref partial struct StunAddress6
{
    [Reserved] public partial byte Unused { get; }
    [Const(2)] public partial byte Family { get; }
    public partial ushort Port { get; }
    [Address] public partial UInt128 Address { get; }

    /// <summary>Masks or unmasks an IPv6 address of XOR-MAPPED-ADDRESS: with the cookie and the 12 bytes of the transaction identifier.</summary>
    public static UInt128 Mask(UInt128 address, ReadOnlySpan<byte> transactionId)
    {
        Span<byte> mask = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(mask, 0x2112a442);
        transactionId[..12].CopyTo(mask[4..]);
        return address ^ BinaryPrimitives.ReadUInt128BigEndian(mask);
    }
}

/// <summary>FINGERPRINT's value (RFC 8489 section 14.7): CRC-32 of the message before the attribute, masked.</summary>
[WireMessage(4)]
internal readonly ref partial struct StunFingerprint
{
    /// <summary>"STUN" in ASCII: tells the checksum from one of another protocol in the same datagram.</summary>
    public const uint Mask = 0x5354554e;

    public partial uint MaskedCrc { get; }
}
