using System.Buffers;
using System.Text.Json;
using Edge.Node.Status;

namespace Edge.Fuzz.Dns;

/// <summary>Answers of name servers, as `edge dns` shows them: whatever they are, what comes out is a document whose bytes are the answer's.</summary>
internal sealed class NameAnswerTarget : FuzzTarget
{
    public override string Name => "name-answer";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Convert.FromHexString("1234818000010001000000000161076578616d706c650000010001c00c000100010000003c0004c0000201"),
        // TXT, MX and SRV, each of them compressed.
        Convert.FromHexString("1234818000010003000000000161076578616d706c650000100001c00c001000010000003c0004036122ffc00c000f00010000003c0004000ac00cc00c002100010000003c0008000100020003c00c"),
    ];

    public override IReadOnlyList<byte[]> Words => [[0xc0, 0x0c], [0, 16, 0, 1], [0, 15, 0, 1], [0, 33, 0, 1], [0, 5, 0, 1]];

    public override long AllocationLimit(int inputLength) => 400_000 + (2000L * inputLength);

    public override int Run(byte[] input)
    {
        var question = NameQuestion.TryMake("a.example", "TXT")!;
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
            question.Write(json, input);
        using var document = JsonDocument.Parse(bytes.WrittenMemory);
        if (!document.RootElement.GetProperty("Bytes").GetBytesFromBase64().AsSpan().SequenceEqual(input))
            throw new InvalidDataException("the answer's bytes are others");
        return document.RootElement.GetProperty("Answers").GetArrayLength();
    }
}
