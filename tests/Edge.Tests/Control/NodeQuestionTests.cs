using System.Buffers;
using System.Text;
using Edge.Protocols.Control.ControlToNode;

namespace Edge.Tests.Control;

/// <summary>A control server's questions to the node: what is read of them, and what a node without daemon, updates and shell answers.</summary>
public sealed class NodeQuestionTests
{
    [Test]
    [Arguments("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", "GET /echo ")]
    [Arguments("POST /echo HTTP/1.0\r\ncontent-length: 5\r\n\r\nhello, and what follows", "POST /echo hello")]
    [Arguments("GET /update?a=b HTTP/1.1\r\n\r\n", "GET /update ")]
    [Arguments("GET http://peer/vip-services HTTP/1.1\r\n\r\n", "GET /vip-services ")]
    [Arguments("GET http://peer HTTP/1.1\r\n\r\n", "GET / ")]
    [Arguments("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n2\r\n!!\r\n0\r\n\r\n", "POST /echo hello!!")]
    public async Task A_request_is_read(string payload, string expected)
    {
        await Assert.That(NodeQuestion.TryRead(Encoding.ASCII.GetBytes(payload), out var question, out var fault)).IsTrue();
        await Assert.That(fault).IsNull();
        await Assert.That($"{question!.Method} {question.Path} {Encoding.ASCII.GetString(question.Body.Span)}").IsEqualTo(expected);
    }

    [Test]
    [Arguments("", "header has no end")]
    [Arguments("GET /echo HTTP/1.1\r\n", "header has no end")]
    [Arguments("GET /echo\r\n\r\n", "first line")]
    [Arguments("GET  HTTP/1.1\r\n\r\n", "first line")]
    [Arguments("GET echo HTTP/1.1\r\n\r\n", "first line")]
    [Arguments("GET /a b HTTP/1.1\r\n\r\n", "first line")]
    [Arguments("get /echo HTTP/1.1\r\n\r\n", "first line")]
    [Arguments("GET /echo HTTP/2.0\r\n\r\n", "first line")]
    [Arguments("GET /echo HTTP/1.1\r\nno colon\r\n\r\n", "header is none")]
    [Arguments("GET /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "length is none")]
    [Arguments("GET /echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "length is none")]
    [Arguments("GET /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nx", "body is not all there")]
    [Arguments("GET /echo HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "two lengths")]
    [Arguments("GET /echo HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "encoding")]
    [Arguments("GET /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\nx\r\n", "chunks")]
    [Arguments("GET /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n", "chunks")]
    public async Task What_is_no_request_is_refused_with_the_reason(string payload, string expected)
    {
        await Assert.That(NodeQuestion.TryRead(Encoding.ASCII.GetBytes(payload), out var question, out var fault)).IsFalse();
        await Assert.That(question).IsNull();
        await Assert.That(fault).Contains(expected);
    }

    [Test]
    public async Task A_header_without_bounds_is_refused()
    {
        var fields = string.Concat(Enumerable.Repeat("a: b\r\n", 101));
        await Assert.That(NodeQuestion.TryRead(Encoding.ASCII.GetBytes($"GET /echo HTTP/1.1\r\n{fields}\r\n"), out _, out _)).IsFalse();
        await Assert.That(NodeQuestion.TryRead(Encoding.ASCII.GetBytes($"GET /echo HTTP/1.1\r\na: {new string('b', 70_000)}\r\n\r\n"), out _, out _)).IsFalse();
        await Assert.That(NodeQuestion.TryRead(new byte[NodeQuestion.MostBytes + 1], out _, out _)).IsFalse();
    }

    [Test]
    [Arguments("GET", "/tls-cert-status", 200, """{"Missing":true}""")]
    [Arguments("GET", "/vip-services", 200, """{"ServicesHash":""}""")]
    [Arguments("GET", "/posture/identity", 200, """{"PostureDisabled":true}""")]
    [Arguments("GET", "/update", 200, """{"Enabled":false,"Supported":false,"Started":false}""")]
    [Arguments("POST", "/update", 200, """{"Err":"not enabled","Enabled":false,"Supported":false,"Started":false}""")]
    [Arguments("POST", "/logtail/flush", 500, "no log flusher wired up\n")]
    [Arguments("GET", "/debug/netmap", 501, "feature not included in this build\n")]
    [Arguments("GET", "/logtail/flush", 405, "bad method\n")]
    [Arguments("GET", "/etc/passwd", 400, "unknown c2n path\n")]
    public async Task The_node_answers(string method, string path, int status, string body)
    {
        var answer = Answer(new NodeQuestion(method, path, default));
        await Assert.That(answer).StartsWith($"HTTP/1.1 {status} ");
        await Assert.That(answer).Contains($"\r\nContent-Length: {body.Length}\r\n");
        await Assert.That(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).IsEqualTo(body);
    }

    [Test]
    public async Task An_echo_comes_back_whole()
    {
        var body = new byte[100_000];
        new Random(1).NextBytes(body);
        var output = new ArrayBufferWriter<byte>();
        NodeAnswers.Write(output, new NodeQuestion("PUT", "/echo", body));
        await Assert.That(output.WrittenMemory[^body.Length..].Span.SequenceEqual(body)).IsTrue();
    }

    private static string Answer(NodeQuestion question)
    {
        var output = new ArrayBufferWriter<byte>();
        NodeAnswers.Write(output, question);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
