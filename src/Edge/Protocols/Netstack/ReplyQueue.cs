using System.Buffers.Binary;

namespace Edge.Protocols.Netstack;

/// <summary>Packets that belong to no connection (answers, datagrams) until the next Poll: a bounded run of bytes, each packet behind its length.</summary>
internal sealed class ReplyQueue
{
    private const int MostBytes = 256 * 1024;

    private byte[] _bytes = new byte[8 * 1024];
    private int _start;
    private int _end;

    public bool IsEmpty => _start == _end;

    /// <summary>Room for a packet that is in the queue from here on; empty when there is none.</summary>
    public Span<byte> Reserve(int length)
    {
        var needed = _end + sizeof(int) + length;
        if (needed > MostBytes)
            return default;
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Min(MostBytes, Math.Max(needed, _bytes.Length * 2)));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_end), length);
        var packet = _bytes.AsSpan(_end + sizeof(int), length);
        _end = needed;
        return packet;
    }

    /// <summary>Whether so many bytes, in so many packets, would find room.</summary>
    public bool HasRoom(int bytes, int packets) => _end + bytes + packets * sizeof(int) <= MostBytes;

    public ReadOnlySpan<byte> Peek() => _bytes.AsSpan(_start + sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_start)));

    public void Drop()
    {
        _start += sizeof(int) + Peek().Length;
        if (_start < _end)
            return;
        _start = _end = 0;
        if (_bytes.Length > 64 * 1024)
            _bytes = new byte[8 * 1024];
    }
}
