using System.Buffers.Binary;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Frames;
using ZstdSharp;

namespace Edge.Tests.Control;

/// <summary>The map stream's frames and what they unfold to, within bounds.</summary>
public sealed class FrameTests
{
    private static readonly ControlLimits s_small = new() { MostFrameBytes = 1000, MostMessageBytes = 50_000, FreeMessageBytes = 1000, MostRatio = 10 };

    [Test]
    [Arguments(1)]
    [Arguments(3)]
    [Arguments(1000)]
    public async Task Frames_come_out_whole_however_they_arrive(int piece)
    {
        byte[] stream = [.. Frame(new byte[7]), .. Frame([]), .. Frame(Enumerable.Repeat((byte)9, 999).ToArray())];
        var reader = new MapFrameReader(s_small);
        var sizes = new List<int>();
        foreach (var part in stream.Chunk(piece))
        {
            reader.Append(part);
            while (reader.TryRead(out var frame) == MapFrameVerdict.Frame)
                sizes.Add(frame.Length);
        }
        await Assert.That(sizes).IsEquivalentTo([7, 0, 999]);
        await Assert.That(reader.Held).IsEqualTo(0);
    }

    [Test]
    public async Task A_frame_beyond_the_limit_is_refused_by_its_length_alone()
    {
        var reader = new MapFrameReader(s_small);
        reader.Append([0xe9, 3, 0, 0]);
        await Assert.That(reader.TryRead(out _)).IsEqualTo(MapFrameVerdict.TooLong);
    }

    [Test]
    public async Task A_length_that_is_only_claimed_takes_no_memory()
    {
        var reader = new MapFrameReader(new());
        var header = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(header, 60_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        reader.Append(header);
        var verdict = reader.TryRead(out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        await Assert.That(verdict).IsEqualTo(MapFrameVerdict.NeedMore);
        await Assert.That(allocated).IsLessThan(10_000);
    }

    [Test]
    public async Task A_frame_unfolds_to_what_was_compressed()
    {
        using var compressor = new Compressor();
        using var decompressor = new MapDecompressor(new());
        foreach (var size in new[] { 0, 1, 1000, 300_000 })
        {
            var message = new byte[size];
            new Random(size).NextBytes(message);
            await Assert.That(Unfold(decompressor, compressor.Wrap(message).ToArray())).IsEquivalentTo(message);
        }
    }

    [Test]
    public async Task A_bomb_is_refused_at_its_bound()
    {
        using var compressor = new Compressor();
        using var decompressor = new MapDecompressor(s_small);
        var bomb = compressor.Wrap(new byte[40_000]).ToArray();
        await Assert.That(bomb.Length).IsLessThan(100);
        await Assert.That(decompressor.TryUnfold(bomb, out _, out var fault)).IsFalse();
        await Assert.That(fault).Contains("unfold to more than");
        // What is less than the free part passes, whatever the ratio.
        await Assert.That(Unfold(decompressor, compressor.Wrap(new byte[900]).ToArray())!.Length).IsEqualTo(900);
    }

    [Test]
    public async Task What_is_no_zstd_is_refused_and_plain_JSON_is_taken()
    {
        using var decompressor = new MapDecompressor(s_small);
        await Assert.That(decompressor.TryUnfold([1, 2, 3, 4, 5], out _, out var fault)).IsFalse();
        await Assert.That(fault).Contains("no zstd");
        await Assert.That(Unfold(decompressor, "{}"u8.ToArray())).IsEquivalentTo("{}"u8.ToArray());
    }

    private static byte[]? Unfold(MapDecompressor decompressor, byte[] frame) =>
        decompressor.TryUnfold(frame, out var message, out _) ? message.ToArray() : null;

    private static byte[] Frame(byte[] body)
    {
        var frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        body.CopyTo(frame, 4);
        return frame;
    }
}
