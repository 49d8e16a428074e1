using System.Buffers.Binary;

namespace Edge.Foundation.Wire;

/// <summary>The 96 bits at random by which STUN (RFC 8489 section 5) and DISCO tell which question an answer is to.</summary>
/// <param name="Bits">As a number.</param>
internal readonly record struct TransactionId(UInt128 Bits)
{
    /// <summary>In bytes.</summary>
    public const int Size = 12;

    /// <param name="bytes">At least <see cref="Size"/> of them.</param>
    public static TransactionId Read(ReadOnlySpan<byte> bytes) =>
        new(new UInt128(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(uint)..])));
}
