using Edge.Foundation.Wire;

namespace Edge.Tests.Dataplane;

public sealed class InternetChecksumTests
{
    // RFC 1071 section 3: the sum of these words is ddf2.
    [Test]
    public async Task The_example_of_RFC_1071_section_3_sums_up_as_printed()
    {
        await Assert.That(InternetChecksum.Fold(InternetChecksum.Add(0, [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]))).IsEqualTo((ushort)0xddf2);
    }

    [Test]
    public async Task Every_length_gives_what_the_word_by_word_sum_gives()
    {
        for (var length = 0; length < 700; length++)
        {
            var bytes = TestPacket.Payload(length, length);
            var copy = new byte[length];
            await Assert.That(InternetChecksum.Of(bytes)).IsEqualTo(SlowChecksum.Of(bytes));
            await Assert.That(InternetChecksum.Finish(InternetChecksum.CopyAndAdd(0, bytes, copy))).IsEqualTo(SlowChecksum.Of(bytes));
            await Assert.That(copy.SequenceEqual(bytes)).IsTrue();
        }
    }

    [Test]
    public async Task The_largest_words_over_a_megabyte_do_not_overflow_a_lane()
    {
        var bytes = new byte[(1 << 20) + 3];
        bytes.AsSpan().Fill(0xff);
        await Assert.That(InternetChecksum.Of(bytes)).IsEqualTo(SlowChecksum.Of(bytes));
        await Assert.That(InternetChecksum.Finish(InternetChecksum.CopyAndAdd(0, bytes, new byte[bytes.Length]))).IsEqualTo(SlowChecksum.Of(bytes));
    }

    [Test]
    public async Task Copied_pieces_of_any_length_add_up_to_the_whole()
    {
        var bytes = TestPacket.Payload(3001);
        var copy = new byte[bytes.Length];
        for (var cut = 0; cut < 300; cut++)
        {
            var (first, second) = (cut, 2 * cut + 1);
            var sum = InternetChecksum.CopyAndAdd(0, bytes.AsSpan(0, first), copy);
            sum = Add(sum, first, second);
            sum = Add(sum, second, bytes.Length);
            await Assert.That(InternetChecksum.Finish(sum)).IsEqualTo(SlowChecksum.Of(bytes));
            await Assert.That(copy.SequenceEqual(bytes)).IsTrue();
            Array.Clear(copy);
        }

        ulong Add(ulong sum, int from, int to) => from % 2 == 0
            ? InternetChecksum.CopyAndAdd(sum, bytes.AsSpan(from, to - from), copy.AsSpan(from))
            : InternetChecksum.CopyAndAddOdd(sum, bytes.AsSpan(from, to - from), copy.AsSpan(from));
    }

    [Test]
    public async Task Pieces_of_even_length_add_up_to_the_whole()
    {
        var bytes = TestPacket.Payload(3001);
        var sum = InternetChecksum.Add(InternetChecksum.Add(InternetChecksum.Add(0, bytes.AsSpan(0, 20)), bytes.AsSpan(20, 1480)), bytes.AsSpan(1500));
        await Assert.That(InternetChecksum.Finish(sum)).IsEqualTo(SlowChecksum.Of(bytes));
    }
}
