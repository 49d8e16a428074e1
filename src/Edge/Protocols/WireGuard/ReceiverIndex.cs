using System.Buffers.Binary;

namespace Edge.Protocols.WireGuard;

/// <summary>The index by which a device knows a session or handshake again: the shard in the top bits, chance in the rest.</summary>
internal static class ReceiverIndex
{
    public const int ShardBits = 4;

    public const int MaxShards = 1 << ShardBits;

    /// <summary>The shard that a datagram belongs to; null where it names none: an initiation, or no WireGuard message.</summary>
    public static int? ShardOf(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < 12)
            return null;
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(datagram) switch { 2 => 8, 3 or 4 => 4, _ => -1 };
        return offset < 0 ? null : ShardOf(BinaryPrimitives.ReadUInt32LittleEndian(datagram[offset..]));
    }

    public static int ShardOf(uint index) => (int)(index >> (32 - ShardBits));
}
