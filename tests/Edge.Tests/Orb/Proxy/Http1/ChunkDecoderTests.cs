using System.Text;
using Edge.Orb.Proxy.Http1;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>RFC 9112, section 7.1, whole and in pieces of every size: each body is read alike, or refused alike.</summary>
public sealed class ChunkDecoderTests
{
    [Test]
    [Arguments("0\r\n\r\n", "")]
    [Arguments("5\r\nhello\r\n0\r\n\r\n", "hello")]
    [Arguments("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc")]
    [Arguments("5\nhello\n0\n\n", "hello")]
    [Arguments("5\r\nhello\n0\n\r\n", "hello")]
    [Arguments("00000\r\n\r\n", "")]
    [Arguments("005\r\nhello\r\n000\r\n\r\n", "hello")]
    [Arguments("000000000000005\r\nhello\r\n0\r\n\r\n", "hello")]
    [Arguments("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789")]
    [Arguments("2\r\n\r\n\r\n0\r\n\r\n", "\r\n")]
    public async Task Section_7_1_chunks(string chunks, string body)
    {
        await Assert.That(Decode(chunks, chunks.Length)).IsEqualTo(body);
        for (var size = 1; size <= chunks.Length; size++) await Assert.That(Decode(chunks, size)).IsEqualTo(body);
        // What comes after the body is not the body's.
        for (var size = 1; size <= chunks.Length; size++) await Assert.That(Decode(chunks + "HTTP/1.1", size)).IsEqualTo(body);
    }

    [Test]
    [Arguments("5;a\r\nhello\r\n0;b=c\r\n\r\n")]
    [Arguments("5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n")]
    [Arguments("5;\r\nhello\r\n0 ; \r\n\r\n")]
    [Arguments("5 \t\r\nhello\r\n0 \r\n\r\n")]
    [Arguments("5 \t;x\r\nhello\r\n0\t;\r\n\r\n")]
    [Arguments("5;\u00e9\r\nhello\r\n0\r\n\r\n")]
    public async Task Section_7_1_1_extensions_are_dropped(string chunks)
    {
        for (var size = 1; size <= chunks.Length; size++) await Assert.That(Decode(chunks, size)).IsEqualTo("hello");
    }

    [Test]
    [Arguments("\r\n")]
    [Arguments("\n")]
    [Arguments(" 5\r\nhello\r\n0\r\n\r\n")]
    [Arguments(";\r\n")]
    [Arguments("g\r\n")]
    [Arguments("-1\r\n")]
    [Arguments("+5\r\nhello")]
    [Arguments("0x5\r\nhello")]
    [Arguments("5.\r\nhello")]
    [Arguments("5\0\r\nhello")]
    [Arguments("5\rhello")]
    [Arguments("5\r\r\nhello")]
    [Arguments("5;a\rb\r\nhello")]
    [Arguments("5 5\r\nhello")]
    [Arguments("5 a\r\nhello")]
    [Arguments("5\t\u00e9\r\nhello")]
    [Arguments("5\r\nhelloX")]
    [Arguments("5\r\nhello\rX")]
    [Arguments("5\r\nhello\r\r\n0\r\n\r\n")]
    [Arguments("5\r\nhello0\r\n\r\n")]
    [Arguments("5\r\nhello\r\n\r\n")]
    [Arguments("1000000000000000\r\n")]
    [Arguments("0000000000000000\r\n\r\n")]
    [Arguments("FFFFFFFFFFFFFFFF\r\n")]
    [Arguments("10000000000000005\r\nhello\r\n")]
    public async Task Section_7_1_no_chunks(string chunks)
    {
        for (var size = 1; size <= chunks.Length; size++) await Assert.That(Decode(chunks, size)).IsEqualTo("refused").Because($"pieces of {size}");
    }

    [Test]
    [Arguments("")]
    [Arguments("5")]
    [Arguments("5\r")]
    [Arguments("5\r\nhell")]
    [Arguments("5\r\nhello\r\n")]
    [Arguments("5\r\nhello\r\n0\r\n")]
    [Arguments("5\r\nhello\r\n0\r\n\r")]
    [Arguments("0\r\nA: b\r\n")]
    [Arguments("0\r\n\r\r\n")]
    [Arguments("FFFFFFFFFFFFFFF\r\nhello")]
    public async Task A_body_that_breaks_off_is_not_over(string chunks)
    {
        for (var size = 1; size <= chunks.Length; size++) await Assert.That(Decode(chunks, size)).IsEqualTo("unfinished");
    }

    [Test]
    [Arguments("0\r\nA: b\r\nC: \u00e9\r\n\r\n", "A=b C=\u00e9")]
    [Arguments("0\nA: b\n\n", "A=b")]
    [Arguments("0\r\nA:b\n\r\n", "A=b")]
    public async Task Section_7_1_2_trailers(string chunks, string trailers)
    {
        for (var size = 1; size <= chunks.Length; size++)
        {
            var decoder = new ChunkDecoder();
            await Assert.That(Decode(ref decoder, chunks, size)).IsEqualTo("");
            var text = string.Join(' ', decoder.Trailers!.All.ToArray().Select(field => $"{field.Name}={field.Value}"));
            await Assert.That(text).IsEqualTo(trailers);
        }
    }

    [Test]
    [Arguments("0\r\nno colon\r\n\r\n")]
    [Arguments("0\r\nA: b\r\n folded\r\n\r\n")]
    [Arguments("0\r\nA: b\0\r\n\r\n")]
    [Arguments("0\r\nA\rB: b\r\n\r\n")]
    public async Task Section_7_1_2_no_trailers(string chunks)
    {
        for (var size = 1; size <= chunks.Length; size++) await Assert.That(Decode(chunks, size)).IsEqualTo("refused");
    }

    [Test]
    public async Task Extensions_and_trailers_without_end_are_refused()
    {
        var much = new string('x', 20_000);
        await Assert.That(Decode($"5;{much}\r\nhello\r\n0\r\n\r\n", 1000)).IsEqualTo("refused");
        await Assert.That(Decode($"0\r\nA: {much}\r\n\r\n", 1000)).IsEqualTo("refused");
        // Of each chunk: a long body may have many.
        var some = string.Concat(Enumerable.Repeat($"1;{new string('x', 1000)}\r\na\r\n", 100));
        await Assert.That(Decode(some + "0\r\n\r\n", 1000)).IsEqualTo(new string('a', 100));
    }

    private static string Decode(string chunks, int size)
    {
        var decoder = new ChunkDecoder();
        return Decode(ref decoder, chunks, size);
    }

    private static string Decode(ref ChunkDecoder decoder, string chunks, int size)
    {
        var bytes = Encoding.Latin1.GetBytes(chunks);
        var body = new StringBuilder();
        for (var at = 0; at < bytes.Length && !decoder.IsDone;)
        {
            var piece = bytes.AsSpan(at, Math.Min(size, bytes.Length - at));
            if (!decoder.TryDecode(piece, out var start, out var length, out var consumed)) return "refused";
            body.Append(Encoding.Latin1.GetString(piece.Slice(start, length)));
            at += consumed;
        }
        return decoder.IsDone ? body.ToString() : "unfinished";
    }
}
