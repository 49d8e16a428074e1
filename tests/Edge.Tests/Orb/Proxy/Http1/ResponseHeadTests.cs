using System.Text;
using Edge.Orb.Proxy;
using Edge.Orb.Proxy.Http1;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>Status lines and fields, by section of RFC 9112.</summary>
public sealed class ResponseHeadTests
{
    [Test]
    [Arguments("HTTP/1.1 200 OK", 200, 1)]
    [Arguments("HTTP/1.0 200 OK", 200, 0)]
    [Arguments("HTTP/1.1 200 ", 200, 1)]
    [Arguments("HTTP/1.1 200", 200, 1)]
    [Arguments("HTTP/1.1 404 Not  Found at all", 404, 1)]
    [Arguments("HTTP/1.1 299 caf\u00e9 \u0001\t", 299, 1)]
    [Arguments("HTTP/1.1 100 Continue", 100, 1)]
    [Arguments("HTTP/1.1 999 Odd", 999, 1)]
    [Arguments("HTTP/1.2 200 OK", 200, 1)]
    [Arguments("HTTP/1.9 200 OK", 200, 1)]
    public async Task Section_4_status_lines(string line, int status, int minor)
    {
        await Assert.That(Read(line + "\r\n\r\n")).IsEqualTo($"{status} 1.{minor}");
        await Assert.That(Read(line + "\n\n")).IsEqualTo($"{status} 1.{minor}");
    }

    [Test]
    [Arguments("")]
    [Arguments("HTTP/1.1")]
    [Arguments("HTTP/1.1 ")]
    [Arguments("HTTP/1.1 20")]
    [Arguments("HTTP/1.1 2000 OK")]
    [Arguments("HTTP/1.1 200OK")]
    [Arguments("HTTP/1.1 200\tOK")]
    [Arguments("HTTP/1.1  200 OK")]
    [Arguments("HTTP/1.1\t200 OK")]
    [Arguments(" HTTP/1.1 200 OK")]
    [Arguments("HTTP/1.1 2x0 OK")]
    [Arguments("HTTP/1.1 -20 OK")]
    [Arguments("HTTP/1.1 000 OK")]
    [Arguments("HTTP/1.1 099 OK")]
    [Arguments("HTTP/2.0 200 OK")]
    [Arguments("HTTP/0.9 200 OK")]
    [Arguments("HTTP/1.x 200 OK")]
    [Arguments("HTTP/11 200 OKAY")]
    [Arguments("http/1.1 200 OK")]
    [Arguments("HTTPS/1.1 200 OK")]
    [Arguments("ICY 200 OK for all")]
    [Arguments("GET / HTTP/1.1")]
    [Arguments("200 OK HTTP/1.1")]
    public async Task Section_4_no_status_lines(string line)
    {
        await Assert.That(Read(line + "\r\n\r\n")).IsNull();
        await Assert.That(Read(line + "\r\nA: b\r\n\r\n")).IsNull();
    }

    [Test]
    [Arguments("A: b", "A=b")]
    [Arguments("A:b", "A=b")]
    [Arguments("A:   \t b \t ", "A=b")]
    [Arguments("A:", "A=")]
    [Arguments("A: \t", "A=")]
    [Arguments("A: b: c", "A=b: c")]
    [Arguments("A::", "A=:")]
    [Arguments("A: b\tc", "A=b\tc")]
    [Arguments("A: caf\u00e9\u0080\u00ff", "A=caf\u00e9\u0080\u00ff")]
    [Arguments("!#$%&'*+-.^_`|~09azAZ: x", "!#$%&'*+-.^_`|~09azAZ=x")]
    [Arguments("A: 1\r\na: 2\r\nA: 1", "A=1 a=2 A=1")]
    [Arguments("content-TYPE: x", "Content-Type=x")]
    public async Task Section_5_fields(string fields, string expected)
    {
        await Assert.That(Read($"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n")).IsEqualTo($"200 1.1 {expected}");
        await Assert.That(Read($"HTTP/1.1 200 OK\n{fields.ReplaceLineEndings("\n")}\n\n")).IsEqualTo($"200 1.1 {expected}");
    }

    [Test]
    [Arguments("A : b")]
    [Arguments("A\t \t: b")]
    public async Task Section_5_1_blanks_before_the_colon_are_taken_away(string field) =>
        await Assert.That(Read($"HTTP/1.1 200 OK\r\n{field}\r\n\r\n")).IsEqualTo("200 1.1 A=b");

    [Test]
    [Arguments(" folded")]
    [Arguments("\tfolded: x")]
    [Arguments("no colon")]
    [Arguments(": b")]
    [Arguments(" : b")]
    [Arguments("A B: c")]
    [Arguments("A\rB: c")]
    [Arguments("A(B): c")]
    [Arguments("A\u0000: c")]
    [Arguments("A\u000b: c")]
    [Arguments("\u00e4: c")]
    [Arguments("\"A\": c")]
    [Arguments("A: b\u0000c")]
    [Arguments("A: \u0007")]
    [Arguments("A: b\u007f")]
    [Arguments("A: b\rc")]
    [Arguments("A: b\r")]
    [Arguments("A: \u000bb")]
    [Arguments("\r")]
    public async Task Section_5_no_fields(string field)
    {
        await Assert.That(Read($"HTTP/1.1 200 OK\r\nX: y\r\n{field}\r\n\r\n")).IsNull();
        // The first line of a header may not go on from the status line either.
        await Assert.That(Read($"HTTP/1.1 200 OK\r\n{field}\r\n\r\n")).IsNull();
    }

    [Test]
    public async Task Every_byte_in_a_name_and_in_a_value_is_judged()
    {
        const string Token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        for (var code = 0; code < 256; code++)
        {
            var c = (char)code;
            if (c is '\n') continue;
            var name = Read($"HTTP/1.1 200 OK\r\na{c}b: 1\r\n\r\n");
            await Assert.That(name is not null).IsEqualTo(Token.Contains(c) || c == ':').Because($"0x{code:x2} in a name");
            var value = Read($"HTTP/1.1 200 OK\r\na: b{c}c\r\n\r\n");
            await Assert.That(value is not null).IsEqualTo(c == '\t' || (c >= ' ' && c != 0x7F)).Because($"0x{code:x2} in a value");
        }
    }

    [Test]
    [Arguments("HTTP/1.1 200 OK\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\n\n")]
    [Arguments("HTTP/1.1 200 OK\r\nA: b\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\nA: b\r\n\n")]
    [Arguments("\n\n")]
    [Arguments("A: b\r\r\n\r\r\n\r\n")]
    public async Task The_end_of_a_section_is_found_wherever_the_pieces_end(string section)
    {
        var bytes = Encoding.Latin1.GetBytes(section + "rest\r\n\r\n");
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var seen = 0;
            var first = ResponseHead.FindEnd(bytes.AsSpan(0, cut), ref seen);
            await Assert.That(first).IsEqualTo(cut < section.Length ? -1 : section.Length);
            if (first < 0) await Assert.That(ResponseHead.FindEnd(bytes, ref seen)).IsEqualTo(section.Length);
        }
        var every = 0;
        for (var length = 0; length < section.Length; length++)
            await Assert.That(ResponseHead.FindEnd(bytes.AsSpan(0, length), ref every)).IsEqualTo(-1);
        await Assert.That(ResponseHead.FindEnd(bytes, ref every)).IsEqualTo(section.Length);
    }

    private static string? Read(string head)
    {
        var fields = new HeaderFields();
        if (!ResponseHead.TryRead(Encoding.Latin1.GetBytes(head), fields, out var status, out var minor)) return null;
        var text = new StringBuilder($"{status} 1.{minor}");
        foreach (var (name, value) in fields.All) text.Append($" {name}={value}");
        return text.ToString();
    }
}
