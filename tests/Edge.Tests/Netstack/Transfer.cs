using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>Sends a stream of bytes that depend on their place, and checks what the other end reads.</summary>
internal sealed class Transfer(TcpConnection sender, long length, bool finish = true)
{
    private long _written;

    // Longer than any window is in segments, and prime to all sizes of them.
    private const int Period = 65_537;

    private static readonly byte[] s_pattern = [.. Enumerable.Range(0, Period + 4096).Select(i => (byte)(i % Period * 31 + (i % Period >> 8) * 7))];

    public static byte At(long offset) => s_pattern[offset % Period];

    /// <summary>Up to 4,096 bytes from an offset on.</summary>
    public static ReadOnlySpan<byte> From(long offset, int length) => s_pattern.AsSpan((int)(offset % Period), length);

    /// <summary>Writes as much as there is room for.</summary>
    public void Pump()
    {
        while (_written < length)
        {
            var size = (int)Math.Min(4096, length - _written);
            var taken = sender.Write(From(_written, size));
            _written += taken;
            if (taken < size)
                return;
        }
        if (finish)
            sender.FinishSending();
    }

    /// <summary>What a reader has got, and whether it was all in its place.</summary>
    internal sealed class Reader(TcpConnection connection)
    {
        public long Count { get; private set; }

        public bool IsRight { get; private set; } = true;

        public void Read(Timestamp now, long most = long.MaxValue)
        {
            while (most > 0 && connection.Peek() is { IsEmpty: false } piece)
            {
                if (piece.Length > most)
                    piece = piece[..(int)most];
                IsRight &= piece.Span.SequenceEqual(From(Count, piece.Length));
                Count += piece.Length;
                most -= piece.Length;
                connection.Consume(now, piece.Length);
            }
        }
    }
}
