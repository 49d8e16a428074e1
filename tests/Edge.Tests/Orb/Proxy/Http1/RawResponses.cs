namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>Responses good and bad.</summary>
internal static class RawResponses
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";

    private const string Chunked = Ok + "Transfer-Encoding: chunked\r\n\r\n";

    private const string Length = "RFC 9110, section 8.6, and RFC 9112, section 6.3, item 5: a length that is none, or is two, is refused. The platform's client reads to the end of the connection.";

    private const string Lengths = "RFC 9112, section 6.3, item 5: lengths that contradict each other are refused. The platform's client believes one.";

    private const string Coding = "RFC 9112, section 6.1: no coding but chunked was asked for, nor frames it a body once more. The platform's client looks for the word alone.";

    public static IReadOnlyList<RawResponse> All { get; } =
    [
        new("a length", Ok + "Content-Length: 5\r\nX-A: b\r\n\r\nhello"),
        new("a length of 0", Ok + "Content-Length: 0\r\n\r\n"),
        new("no length", Ok + "X-A: b\r\n\r\nhello"),
        new("no fields", Ok + "\r\nhello"),
        new("no body", Ok + "\r\n"),
        new("no phrase", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"),
        new("no phrase and no space", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"),
        new("a long phrase", "HTTP/1.1 404 There is no such thing\r\nContent-Length: 2\r\n\r\nno"),
        new("bytes beyond the body", Ok + "Content-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n"),
        new("a body that breaks off", Ok + "Content-Length: 50\r\n\r\nhello"),
        new("a body that does not come", Ok + "Content-Length: 50\r\n\r\n"),
        new("nothing", ""),
        new("a status line that breaks off", "HTTP/1.1 20"),
        new("a header that breaks off", Ok + "Content-Length: 0\r\nX-A: b\r\n"),
        new("a header that breaks off in its last line", Ok + "Content-Length: 0\r\n\r"),
        new("line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 5\nX-A: b\n\nhello"),
        new("both line ends", "HTTP/1.1 200 OK\nContent-Length: 5\r\nX-A: b\n\r\nhello"),
        new("HTTP/1.0 without a length", "HTTP/1.0 200 OK\r\nX-A: b\r\n\r\nhello"),
        new("HTTP/1.0 with a length", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        new("HTTP/1.0 that keeps alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"),
        new("HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        new("HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        new("HTTP in small letters", "http/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        new("another protocol", "SSH-2.0-OpenSSH_9.2\r\n"),
        new("a page without a header", "<html>\r\n\r\n</html>"),
        new("a status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"),
        new("a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"),
        new("a status with a letter", "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n"),
        new("an empty line before the status line", "\r\n" + Ok + "Content-Length: 0\r\n\r\n"),
        new("a HEAD with a length", Ok + "Content-Length: 500\r\n\r\n") { Method = "HEAD" },
        new("a HEAD with chunks", Chunked) { Method = "HEAD" },
        new("204", "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n"),
        new("304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: \"x\"\r\n\r\n"),
        new("205", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
        new("100 before", "HTTP/1.1 100 Continue\r\n\r\n" + Ok + "Content-Length: 2\r\n\r\nok"),
        new("103 before, with fields", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + Ok + "Content-Length: 2\r\n\r\nok"),
        new("100 and no more", "HTTP/1.1 100 Continue\r\n\r\n"),
        new("the same field twice", Ok + "Content-Length: 0\r\nSet-Cookie: a=1\r\nX-A: 1\r\nSet-Cookie: b=2\r\nX-A: 2\r\n\r\n"),
        new("names in odd case", Ok + "CONTENT-length: 2\r\nx-a: b\r\netag: c\r\n\r\nok"),
        new("blanks around values", Ok + "Content-Length:  2 \t\r\nX-A:\t b c \t\r\nX-B:d\r\nX-C:\r\nX-D: \r\n\r\nok"),
        new("values beyond ASCII", Ok + "Content-Length: 2\r\nX-A: caf\u00e9 \u00ff\u0080\r\n\r\nok"),
        new("a body of all bytes", Ok + "Content-Length: 256\r\n\r\n" + string.Concat(Enumerable.Range(0, 256).Select(i => (char)i))),
        new("a line without a colon", Ok + "Content-Length: 0\r\nno colon\r\n\r\n"),
        new("a field without a name", Ok + "Content-Length: 0\r\n: x\r\n\r\n"),
        new("a name with a space in it", Ok + "Content-Length: 0\r\nX A: b\r\n\r\n"),
        new("a name with a bracket in it", Ok + "Content-Length: 0\r\nX(A): b\r\n\r\n"),
        new("a value with NUL", Ok + "Content-Length: 0\r\nX-A: b\0c\r\n\r\n")
        {
            Difference = "RFC 9110, section 5.5: a message with NUL in it is refused, or the byte becomes a space. It is refused.",
        },
        new("a value with a carriage return", Ok + "Content-Length: 0\r\nX-A: b\rc\r\n\r\n")
        {
            Difference = "RFC 9112, section 2.2: a bare carriage return makes the line invalid, or becomes a space. It is refused.",
        },
        new("a value with a bell", Ok + "Content-Length: 0\r\nX-A: b\ac\r\n\r\n")
        {
            Difference = "RFC 9110, section 5.5: control characters are no part of a value. Kestrel would not send it on.",
        },
        new("a space before the colon", Ok + "Content-Length : 2\r\n\r\nok"),
        new("a line that goes on in the next", Ok + "Content-Length: 2\r\nX-A: b\r\n c\r\n\r\nok")
        {
            Difference = "RFC 9112, section 5.2: a proxy refuses it with 502, or puts spaces there. It is refused.",
        },
        new("the same length twice", Ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        new("the same length twice in one line", Ok + "Content-Length: 5, 5\r\n\r\nhello"),
        new("two lengths", Ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!") { Difference = Lengths },
        new("two lengths in one line", Ok + "Content-Length: 5, 6\r\n\r\nhello!") { Difference = Length },
        new("a length with a sign", Ok + "Content-Length: +5\r\n\r\nhello") { Difference = Length },
        new("a negative length", Ok + "Content-Length: -5\r\n\r\nhello") { Difference = Length },
        new("a length beyond 63 bits", Ok + "Content-Length: 9223372036854775808\r\n\r\nhello") { Difference = Length },
        new("a length that is no number", Ok + "Content-Length: five\r\n\r\nhello") { Difference = Length },
        new("no length where one is named", Ok + "Content-Length:\r\n\r\nhello") { Difference = Length },
        new("chunks", Chunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
        new("no chunks", Chunked + "0\r\n\r\n"),
        new("chunks in capitals", Ok + "transfer-encoding: CHUNKED\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n"),
        new("chunks with line feeds alone", Ok + "Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n"),
        new("chunks with extensions", Chunked + "5;a=b\r\nhello\r\n6 ; c=\"d;e\" \r\n world\r\n0;f\r\n\r\n"),
        new("chunks with blanks behind the length", Chunked + "5 \t\r\nhello\r\n0 \r\n\r\n"),
        new("chunks with zeros before the length", Chunked + "00005\r\nhello\r\n000\r\n\r\n"),
        new("chunks with a word behind the length", Chunked + "5 hello\r\nhello\r\n0\r\n\r\n"),
        new("a chunk with a sign", Chunked + "+5\r\nhello\r\n0\r\n\r\n"),
        new("a chunk with a prefix", Chunked + "0x5\r\nhello\r\n0\r\n\r\n"),
        new("a chunk without a length", Chunked + "\r\nhello\r\n0\r\n\r\n"),
        new("a chunk that is longer than its length", Chunked + "4\r\nhello\r\n0\r\n\r\n"),
        new("a chunk beyond 64 bits", Chunked + "10000000000000005\r\nhello\r\n0\r\n\r\n"),
        new("a chunk of 64 bits", Chunked + "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
        new("chunks that break off in data", Chunked + "5\r\nhel"),
        new("chunks that break off between two", Chunked + "5\r\nhello\r\n"),
        new("chunks that break off in the last", Chunked + "5\r\nhello\r\n0\r\n"),
        new("trailers", Chunked + "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-B: c\r\n\r\n"),
        new("a trailer without a colon", Chunked + "5\r\nhello\r\n0\r\nno colon\r\n\r\n"),
        new("bytes beyond the chunks", Chunked + "5\r\nhello\r\n0\r\n\r\nHTTP/1.1"),
        new("chunks beside a length", Ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        new("chunks twice", Ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n") { Difference = Coding },
        new("another coding", Ok + "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello") { Difference = Coding },
        new("another coding within chunks", Ok + "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n") { Difference = Coding },
        new("no coding where one is named", Ok + "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello") { Difference = Coding },
        new("chunks of HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        {
            Difference = "RFC 9112, section 6.1: HTTP/1.0 has no transfer codings, so the framing is taken to be faulty.",
        },
    ];
}
