using System.Text;
using Edge.Admin;

namespace Edge.Fuzz.Admin;

/// <summary>What answers where an admin interface should be: anything.</summary>
internal sealed class AnswerTarget : FuzzTarget
{
    public override string Name => "admin-answer";

    public override IReadOnlyList<byte[]> Seeds =>
    [
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nok\n"u8.ToArray(),
        "HTTP/1.0 503 Service Unavailable\r\n\r\n"u8.ToArray(),
        "220 mail.example.com\r\n\r\n"u8.ToArray(),
    ];

    public override IReadOnlyList<byte[]> Words => ["HTTP/1."u8.ToArray(), "\r\n\r\n"u8.ToArray()];

    public override int Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var answer = AdminClient.Parse(text);
        Check(answer is null || answer.Status is >= 0 and <= 999, "A status has three digits.");
        Check(answer is null || text.EndsWith(answer.Text, StringComparison.Ordinal), "The body is the end of the answer.");
        return HashCode.Combine(answer is null, answer?.Status / 100, answer?.Text.Length > 0);
    }
}
