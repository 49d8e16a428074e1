using System.Buffers.Binary;

namespace Edge.Io.Names;

/// <summary>Messages over a connection, each behind its length (RFC 1035 section 4.2.2).</summary>
internal static class DnsStream
{
    public static async ValueTask Write(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        // In one write: some servers do not put a length and a message in two segments together (RFC 7766 section 8).
        var framed = new byte[2 + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed.AsMemory(2));
        await stream.WriteAsync(framed, cancellation);
    }

    /// <returns>Null: the other side has ended in front of a message.</returns>
    /// <exception cref="EndOfStreamException">It ended inside one.</exception>
    public static async ValueTask<byte[]?> Read(Stream stream, CancellationToken cancellation)
    {
        var prefix = new byte[2];
        var read = await stream.ReadAtLeastAsync(prefix, 2, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return null;
        if (read == 1)
            throw new EndOfStreamException();
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        await stream.ReadExactlyAsync(message, cancellation);
        return message;
    }
}
