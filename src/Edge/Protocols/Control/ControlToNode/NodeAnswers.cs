using System.Buffers;
using System.Text;

namespace Edge.Protocols.Control.ControlToNode;

/// <summary>
/// What this node answers to a control server's questions. Our capability version promises that they are understood (c2n of 45, 46, 52, 55, 78, 80,
/// 82 and 108 in tailcfg.go); what a node like this one does not have is answered as a stock client does that was built without it
/// (tailscale v1.96.5, ipn/ipnlocal/c2n.go and the RegisterC2N of the features).
/// </summary>
internal static class NodeAnswers
{
    private const string NotIncluded = "feature not included in this build";

    /// <summary>Writes an HTTP/1.1 response.</summary>
    public static void Write(IBufferWriter<byte> output, NodeQuestion question)
    {
        if (question.Path == "/echo")
            Write(output, 200, "text/plain; charset=utf-8", question.Body.Span);
        else
            Write(output, Find(question));
    }

    private static Fixed Find(NodeQuestion question) => (question.Method, question.Path) switch
    {
        // A certificate for a name of the tailnet: none has been fetched. Control shows it to people.
        ("GET", "/tls-cert-status") => Json("{\"Missing\":true}"),
        ("GET", "/vip-services") => Json("{\"ServicesHash\":\"\"}"),
        ("GET", "/posture/identity") => Json("{\"PostureDisabled\":true}"),
        ("GET", "/appconnector/routes") => Json("{\"Domains\":null}"),
        // The image is replaced by whoever deployed it.
        ("GET", "/update") => Json("{\"Enabled\":false,\"Supported\":false,\"Started\":false}"),
        ("POST", "/update") => Json("{\"Err\":\"not enabled\",\"Enabled\":false,\"Supported\":false,\"Started\":false}"),
        ("POST", "/wol") => Json("{\"SentTo\":null,\"Errors\":[\"no interface state\"]}"),
        (_, "/ssh/usernames") => Json("{\"Usernames\":[]}"),
        // No log of ours goes to anybody.
        ("POST", "/logtail/flush") => new(500, "no log flusher wired up"),
        ("POST", "/sockstats") => new(500, "no sockstatLogger"),
        ("POST", "/netfilter-kind") => new(501, NotIncluded),
        (_, "/debug/pprof/heap" or "/debug/pprof/allocs" or "/debug/goroutines" or "/debug/prefs" or "/debug/metrics" or "/debug/component-logging"
            or "/debug/logheap" or "/debug/netmap" or "/debug/health") => new(501, NotIncluded),
        (_, "/tls-cert-status" or "/vip-services" or "/posture/identity" or "/appconnector/routes" or "/update" or "/wol" or "/logtail/flush" or "/sockstats"
            or "/netfilter-kind") => new(405, "bad method"),
        _ => new(400, "unknown c2n path"),
    };

    private static void Write(IBufferWriter<byte> output, Fixed answer)
    {
        Span<byte> text = stackalloc byte[256];
        var length = Encoding.ASCII.GetBytes(answer.Text, text);
        if (!answer.IsJson)
            text[length++] = (byte)'\n';
        Write(output, answer.Status, answer.IsJson ? "application/json" : "text/plain; charset=utf-8", text[..length]);
    }

    private static void Write(IBufferWriter<byte> output, int status, string type, ReadOnlySpan<byte> body)
    {
        var head = $"HTTP/1.1 {status} {Reason(status)}\r\nContent-Type: {type}\r\nX-Content-Type-Options: nosniff\r\nContent-Length: {body.Length}\r\n\r\n";
        output.Advance(Encoding.ASCII.GetBytes(head, output.GetSpan(head.Length)));
        output.Write(body);
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        _ => "Not Implemented",
    };

    private static Fixed Json(string text) => new(200, text, IsJson: true);

    private readonly record struct Fixed(int Status, string Text, bool IsJson = false);
}
