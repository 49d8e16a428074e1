using Edge.Orb.Proxy;
using Edge.Orb.Proxy.Http1;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>Where a body ends, and whether the connection goes on: RFC 9112, sections 6 and 9.3.</summary>
public sealed class BodyFramingTests
{
    [Test]
    [Arguments("Content-Length: 5", "Length 5 kept")]
    [Arguments("content-length: 0", "Length 0 kept")]
    [Arguments("Content-Length: 0005", "Length 5 kept")]
    [Arguments("Content-Length: 9223372036854775807", "Length 9223372036854775807 kept")]
    [Arguments("", "Connection")]
    [Arguments("Transfer-Encoding: chunked", "Chunks kept")]
    [Arguments("Transfer-Encoding: CHUNKED", "Chunks kept")]
    public async Task Section_6_3_how_the_end_is_known(string fields, string expected) => await Assert.That(Of(fields)).IsEqualTo(expected);

    [Test]
    [Arguments("Content-Length: 5|Content-Length: 5", "Length 5 kept")]
    [Arguments("Content-Length: 5, 5", "Length 5 kept")]
    [Arguments("Content-Length: 5 ,\t5|Content-Length: 05", "Length 5 kept")]
    [Arguments("Content-Length: 5|Content-Length: 6", "bad Content-Length")]
    [Arguments("Content-Length: 5, 6", "bad Content-Length")]
    [Arguments("Content-Length: 5,", "bad Content-Length")]
    [Arguments("Content-Length: ,5", "bad Content-Length")]
    [Arguments("Content-Length:", "bad Content-Length")]
    [Arguments("Content-Length: -1", "bad Content-Length")]
    [Arguments("Content-Length: +5", "bad Content-Length")]
    [Arguments("Content-Length: 5 5", "bad Content-Length")]
    [Arguments("Content-Length: 0x5", "bad Content-Length")]
    [Arguments("Content-Length: 5.0", "bad Content-Length")]
    [Arguments("Content-Length: 1e1", "bad Content-Length")]
    [Arguments("Content-Length: 5;", "bad Content-Length")]
    [Arguments("Content-Length: \"5\"", "bad Content-Length")]
    [Arguments("Content-Length: \u0665", "bad Content-Length")]
    [Arguments("Content-Length: 9223372036854775808", "bad Content-Length")]
    [Arguments("Content-Length: 99999999999999999999999999", "bad Content-Length")]
    [Arguments("Content-Length: five", "bad Content-Length")]
    public async Task Section_6_3_item_5_lengths(string fields, string expected)
    {
        await Assert.That(Of(fields)).IsEqualTo(expected);
        // A length that is wrong is wrong beside chunks too, and where there is no body.
        if (expected.StartsWith("bad")) await Assert.That(Of($"Transfer-Encoding: chunked|{fields}")).IsEqualTo(expected);
        if (expected.StartsWith("bad")) await Assert.That(Of(fields, status: 304)).IsEqualTo(expected);
    }

    [Test]
    [Arguments("Content-Length: 5|Transfer-Encoding: chunked", "Chunks")]
    [Arguments("Transfer-Encoding: chunked|Content-Length: 5|Connection: keep-alive", "Chunks")]
    public async Task Section_6_3_item_3_beside_chunks_a_length_means_nothing_and_nothing_follows(string fields, string expected) =>
        await Assert.That(Of(fields)).IsEqualTo(expected);

    [Test]
    [Arguments("Transfer-Encoding: gzip")]
    [Arguments("Transfer-Encoding: gzip, chunked")]
    [Arguments("Transfer-Encoding: chunked, chunked")]
    [Arguments("Transfer-Encoding: chunked, gzip")]
    [Arguments("Transfer-Encoding: chunked|Transfer-Encoding: chunked")]
    [Arguments("Transfer-Encoding: gzip|Transfer-Encoding: chunked")]
    [Arguments("Transfer-Encoding: identity")]
    [Arguments("Transfer-Encoding:")]
    [Arguments("Transfer-Encoding: xchunked")]
    [Arguments("Transfer-Encoding: chunked;q=1")]
    [Arguments("Transfer-Encoding: \"chunked\"")]
    public async Task Section_6_1_other_codings_were_not_asked_for(string fields) =>
        await Assert.That(Of(fields)).IsEqualTo("bad Transfer-Encoding");

    [Test]
    public async Task Section_6_1_http_1_0_has_no_codings()
    {
        await Assert.That(Of("Transfer-Encoding: chunked", minor: 0)).IsEqualTo("bad Transfer-Encoding");
        await Assert.That(Of("Transfer-Encoding: chunked|Content-Length: 5|Connection: keep-alive", minor: 0)).IsEqualTo("bad Transfer-Encoding");
    }

    [Test]
    [Arguments(204, false, "Content-Length: 5", "None 5 kept")]
    [Arguments(304, false, "Content-Length: 5", "None 5 kept")]
    [Arguments(204, false, "", "None kept")]
    [Arguments(304, false, "Transfer-Encoding: chunked", "None kept")]
    [Arguments(200, true, "Content-Length: 5", "None 5 kept")]
    [Arguments(200, true, "Transfer-Encoding: chunked", "None kept")]
    [Arguments(200, true, "", "None kept")]
    [Arguments(200, true, "Connection: close", "None")]
    [Arguments(200, true, "Content-Length: 5|Transfer-Encoding: chunked", "None")]
    [Arguments(205, false, "Content-Length: 0", "Length 0 kept")]
    [Arguments(404, false, "", "Connection")]
    public async Task Section_6_3_item_1_some_responses_have_no_body(int status, bool isHead, string fields, string expected) =>
        await Assert.That(Of(fields, status, isHead: isHead)).IsEqualTo(expected);

    [Test]
    [Arguments(1, "", "Length 0 kept")]
    [Arguments(1, "Connection: keep-alive", "Length 0 kept")]
    [Arguments(1, "Connection: close", "Length 0")]
    [Arguments(1, "Connection: Close", "Length 0")]
    [Arguments(1, "Connection: x ,\tCLOSE, y", "Length 0")]
    [Arguments(1, "Connection: closed", "Length 0 kept")]
    [Arguments(1, "Connection: keep-alive|Connection: close", "Length 0")]
    [Arguments(1, "Connection: close|Connection: keep-alive", "Length 0")]
    [Arguments(0, "", "Length 0")]
    [Arguments(0, "Connection: keep-alive", "Length 0 kept")]
    [Arguments(0, "Connection: x, Keep-Alive", "Length 0 kept")]
    [Arguments(0, "Connection: keep-alive, close", "Length 0")]
    [Arguments(0, "Connection: keep-alive|Connection: close", "Length 0")]
    [Arguments(0, "Connection: close|Connection: keep-alive", "Length 0")]
    [Arguments(0, "Keep-Alive: timeout=5", "Length 0")]
    public async Task Section_9_3_what_may_follow(int minor, string fields, string expected) =>
        await Assert.That(Of($"Content-Length: 0|{fields}", minor: minor)).IsEqualTo(expected);

    [Test]
    public async Task Section_6_3_item_8_after_a_body_that_the_connection_ends_nothing_follows() =>
        await Assert.That(Of("Connection: keep-alive")).IsEqualTo("Connection");

    private static string Of(string lines, int status = 200, int minor = 1, bool isHead = false)
    {
        var fields = new HeaderFields();
        foreach (var line in lines.Split('|', StringSplitOptions.RemoveEmptyEntries))
            fields.Add(line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim(' '));
        if (BodyFraming.Of(fields, status, minor, isHead, out var framing) is { } name) return $"bad {name}";
        return $"{framing.Kind}{(framing.ContentLength is { } length ? $" {length}" : "")}{(framing.IsKept ? " kept" : "")}";
    }
}
