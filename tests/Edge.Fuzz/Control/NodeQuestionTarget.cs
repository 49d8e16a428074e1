using System.Buffers;
using Edge.Protocols.Control.ControlToNode;

namespace Edge.Fuzz.Control;

/// <summary>A control server's question to the node, and that there is an answer to each.</summary>
internal sealed class NodeQuestionTarget : FuzzTarget
{
    public override string Name => "node-question";

    public override IReadOnlyList<byte[]> Seeds =>
    [
        "GET /debug/health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(),
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray(),
        "POST http://x/echo?a=b HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na;x\r\n0123456789\r\n0\r\n\r\n"u8.ToArray(),
    ];

    public override IReadOnlyList<byte[]> Words => ["\r\n"u8.ToArray(), "\r\n\r\n"u8.ToArray(), "Content-Length: "u8.ToArray(), "chunked"u8.ToArray(), "7fffffff"u8.ToArray(), "://"u8.ToArray()];

    public override int Run(byte[] input)
    {
        var isQuestion = NodeQuestion.TryRead(input, out var question, out var fault);
        Check(isQuestion == fault is null && isQuestion == question is not null, "What is refused has a reason.");
        if (question is null)
            return fault!.GetHashCode(StringComparison.Ordinal);
        Check(question.Body.Length <= input.Length && question.Path.StartsWith('/'), "A question is within its input.");
        var output = new ArrayBufferWriter<byte>();
        NodeAnswers.Write(output, question);
        Check(output.WrittenSpan.StartsWith("HTTP/1.1 "u8), "Each question has an answer.");
        return HashCode.Combine(question.Method.Length, question.Path.Length, question.Body.Length);
    }
}
