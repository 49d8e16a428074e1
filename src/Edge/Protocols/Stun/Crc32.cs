namespace Edge.Protocols.Stun;

/// <summary>The CRC of ITU V.42 (RFC 8489 section 14.7): polynomial 0x04c11db7, reflected. Half a byte at a time: messages have some forty.</summary>
internal static class Crc32
{
    private static ReadOnlySpan<uint> Table =>
    [
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    ];

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            crc = (crc >> 4) ^ Table[(int)(crc & 15)];
            crc = (crc >> 4) ^ Table[(int)(crc & 15)];
        }
        return ~crc;
    }
}
