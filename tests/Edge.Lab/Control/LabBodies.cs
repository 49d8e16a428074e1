using System.Buffers.Binary;
using System.Text;
using ZstdSharp;

namespace Edge.Lab.Control;

/// <summary>Bodies of a map stream that no honest server sends.</summary>
internal static class LabBodies
{
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Of(params byte[][] pieces)
    {
        await Task.CompletedTask;
        foreach (var piece in pieces)
            yield return piece;
    }

    /// <summary>Bytes at random, the same for each seed.</summary>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> Garbage(int seed, int size)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return Of(bytes);
    }

    /// <summary>A message and its length, compressed.</summary>
    public static byte[] Frame(string json) => Frame(Compressed(Encoding.UTF8.GetBytes(json)));

    public static byte[] Frame(ReadOnlySpan<byte> body)
    {
        var frame = new byte[sizeof(int) + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        body.CopyTo(frame.AsSpan(sizeof(int)));
        return frame;
    }

    /// <summary>The first half of a message.</summary>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> Half(string json) => Frame(json) is var frame ? Of(frame[..(frame.Length / 2)]) : Of();

    /// <summary>A small message of so many bytes.</summary>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> ZipBomb(int unfolded) => Of(Frame(Compressed(new byte[unfolded])));

    /// <summary>A message that says to be so long, and begins.</summary>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> Announced(uint size)
    {
        var frame = new byte[64 * 1024];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, size);
        return Of(frame);
    }

    /// <summary>One message that goes on for ever, as fast as it is read.</summary>
    /// <param name="announced">What it says to be long.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Endless(uint announced)
    {
        await Task.CompletedTask;
        var piece = new byte[64 * 1024];
        BinaryPrimitives.WriteUInt32LittleEndian(piece, announced);
        while (true)
        {
            yield return piece;
            BinaryPrimitives.WriteUInt32LittleEndian(piece, 0);
        }
    }

    /// <summary>JSON so many levels deep.</summary>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> Deep(int levels) => Of(Frame($"{{\"Deep\":{new string('[', levels)}{new string(']', levels)}}}"));

    /// <summary>A byte at a time, with a pause behind each.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Drip(byte[] bytes, Func<Task> pause)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            yield return bytes.AsMemory(i, 1);
            await pause();
        }
    }

    private static byte[] Compressed(byte[] bytes)
    {
        using var compressor = new Compressor();
        return compressor.Wrap(bytes).ToArray();
    }
}
