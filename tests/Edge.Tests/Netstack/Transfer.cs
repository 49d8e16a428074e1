using System.Security.Cryptography;
using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>Sends a stream of bytes that depend on their place, and checks what the other end reads.</summary>
internal sealed class Transfer(TcpConnection sender, long length, bool finish = true)
{
    private long _written;

    public static byte At(long offset) => (byte)(offset * 31 + (offset >> 8) * 7 + (offset >> 16));

    /// <summary>Writes as much as there is room for.</summary>
    public void Pump()
    {
        Span<byte> chunk = stackalloc byte[4096];
        while (_written < length)
        {
            var size = (int)Math.Min(chunk.Length, length - _written);
            for (var i = 0; i < size; i++)
                chunk[i] = At(_written + i);
            var taken = sender.Write(chunk[..size]);
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
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Count { get; private set; }

        public bool IsRight { get; private set; } = true;

        public byte[] Hash => _hash.GetCurrentHash();

        public void Read(Timestamp now, long most = long.MaxValue)
        {
            while (most > 0 && connection.Peek() is { IsEmpty: false } piece)
            {
                if (piece.Length > most)
                    piece = piece[..(int)most];
                for (var i = 0; i < piece.Length; i++)
                    IsRight &= piece.Span[i] == At(Count + i);
                Count += piece.Length;
                most -= piece.Length;
                _hash.AppendData(piece.Span);
                connection.Consume(now, piece.Length);
            }
        }
    }
}
