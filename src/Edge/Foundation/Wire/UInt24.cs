namespace Edge.Foundation.Wire;

/// <summary>Three-byte integers, which BinaryPrimitives does not know. Values above 24 bits lose their top byte.</summary>
internal static class UInt24
{
    public static uint ReadBigEndian(ReadOnlySpan<byte> source) => (uint)(source[0] << 16 | source[1] << 8 | source[2]);

    public static uint ReadLittleEndian(ReadOnlySpan<byte> source) => (uint)(source[2] << 16 | source[1] << 8 | source[0]);

    public static void WriteBigEndian(Span<byte> destination, uint value)
    {
        destination[2] = (byte)value;
        destination[1] = (byte)(value >> 8);
        destination[0] = (byte)(value >> 16);
    }

    public static void WriteLittleEndian(Span<byte> destination, uint value)
    {
        destination[2] = (byte)(value >> 16);
        destination[1] = (byte)(value >> 8);
        destination[0] = (byte)value;
    }
}
