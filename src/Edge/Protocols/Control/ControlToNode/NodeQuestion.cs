using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Edge.Protocols.Control.ControlToNode;

/// <summary>
/// What a control server ("c2n", in a ping: tailcfg.PingRequest.Payload) or a peer asks this node: an HTTP/1 request (RFC 9112). Of its header only
/// a few fields count.
/// </summary>
/// <param name="Method">`GET`.</param>
/// <param name="Path">Without the query: `/echo`. Nothing is decoded in it.</param>
/// <param name="Body">Empty: none.</param>
internal sealed record NodeQuestion(string Method, string Path, ReadOnlyMemory<byte> Body)
{
    /// <summary>More is not taken, in bytes with the header.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>Of the header, in bytes.</summary>
    public const int MostHead = 64 * 1024;

    private const int MostFields = 100;

    /// <summary>What follows the path behind a `?`; empty: nothing.</summary>
    public string Query { get; private init; } = "";

    /// <summary>Whom it is meant for; empty: that is not said.</summary>
    public string Host { get; private init; } = "";

    /// <summary>The body's media type; empty: that is not said.</summary>
    public string ContentType { get; private init; } = "";

    /// <summary>A page in a browser made it: it has an Origin or a Referer.</summary>
    public bool IsOfPage { get; private init; }

    /// <summary>How long a request is whose header is all there, with its body; null: the header is not there yet, or the length is in chunks.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> received)
    {
        var end = received[..Math.Min(received.Length, MostHead)].IndexOf("\r\n\r\n"u8);
        if (end < 0) return null;
        for (var head = received[..(end + 2)]; head.Length > 0;)
        {
            var line = TakeLine(ref head);
            var colon = line.IndexOf((byte)':');
            if (colon < 0 || !Ascii.EqualsIgnoreCase(line[..colon], "Content-Length"u8)) continue;
            var value = line[(colon + 1)..].Trim(" \t"u8);
            return Utf8Parser.TryParse(value, out int length, out var used) && used == value.Length && length is >= 0 and <= MostBytes ? end + 4 + length : end + 4;
        }
        return end + 4;
    }

    /// <summary>Reads a request.</summary>
    /// <param name="payload">All of it; what follows it is left.</param>
    /// <param name="question">Null: it is none.</param>
    /// <param name="fault">Why; null beside a question.</param>
    public static bool TryRead(ReadOnlyMemory<byte> payload, out NodeQuestion? question, out string? fault)
    {
        question = null;
        fault = Read(payload, ref question);
        return fault is null;
    }

    private static string? Read(ReadOnlyMemory<byte> payload, ref NodeQuestion? question)
    {
        if (payload.Length > MostBytes) return $"a request of more than {MostBytes} bytes";
        var bytes = payload.Span;
        var end = bytes[..Math.Min(bytes.Length, MostHead)].IndexOf("\r\n\r\n"u8);
        if (end < 0) return "a request whose header has no end";
        var head = bytes[..(end + 2)];
        var line = TakeLine(ref head);
        if (!TryReadLine(line, out var method, out var path, out var query)) return "a request whose first line is none";
        long? length = null;
        var isChunked = false;
        var (host, type, isOfPage) = ("", "", false);
        for (var fields = 0; head.Length > 0; fields++)
        {
            var field = TakeLine(ref head);
            var colon = field.IndexOf((byte)':');
            if (colon <= 0 || fields == MostFields) return "a request whose header is none";
            var value = field[(colon + 1)..].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(field[..colon], "Content-Length"u8))
            {
                if (length is not null || !Utf8Parser.TryParse(value, out int number, out var used) || used != value.Length || number < 0) return "a request whose length is none";
                length = number;
            }
            else if (Ascii.EqualsIgnoreCase(field[..colon], "Transfer-Encoding"u8))
            {
                if (isChunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8)) return "a request in an encoding that is not known";
                isChunked = true;
            }
            else if (Ascii.EqualsIgnoreCase(field[..colon], "Host"u8))
            {
                host = Encoding.Latin1.GetString(value);
            }
            else if (Ascii.EqualsIgnoreCase(field[..colon], "Content-Type"u8))
            {
                type = Encoding.Latin1.GetString(value);
            }
            else if (Ascii.EqualsIgnoreCase(field[..colon], "Origin"u8) || Ascii.EqualsIgnoreCase(field[..colon], "Referer"u8))
            {
                isOfPage |= value.Length > 0;
            }
        }
        if (isChunked && length is not null) return "a request with two lengths";
        var rest = payload[(end + 4)..];
        if (length > rest.Length) return "a request whose body is not all there";
        ReadOnlyMemory<byte> body = rest[..(int)(length ?? 0)];
        if (isChunked && !TryJoin(rest.Span, out body)) return "a request whose chunks are none";
        question = new(method, path, body) { Query = query, Host = host, ContentType = type, IsOfPage = isOfPage };
        return null;
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf("\r\n"u8);
        var line = head[..end];
        head = head[(end + 2)..];
        return line;
    }

    /// <summary>RFC 9112, section 3: `method SP request-target SP HTTP-version`. The target may be a whole URL.</summary>
    private static bool TryReadLine(ReadOnlySpan<byte> line, out string method, out string path, out string after)
    {
        (method, path, after) = ("", "", "");
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1 || !line[(last + 1)..].StartsWith("HTTP/1."u8)) return false;
        var target = line[(first + 1)..last];
        if (target.ContainsAnyExceptInRange((byte)'!', (byte)'~') || line[..first].ContainsAnyExceptInRange((byte)'A', (byte)'Z')) return false;
        var scheme = target.IndexOf("://"u8);
        if (target[0] != '/' && scheme > 0)
        {
            target = target[(scheme + 3)..];
            var slash = target.IndexOf((byte)'/');
            target = slash < 0 ? "/"u8 : target[slash..];
        }
        var query = target.IndexOf((byte)'?');
        after = query < 0 ? "" : Encoding.ASCII.GetString(target[(query + 1)..]);
        target = query < 0 ? target : target[..query];
        (method, path) = (Encoding.ASCII.GetString(line[..first]), Encoding.ASCII.GetString(target));
        return path.Length > 0 && path[0] == '/';
    }

    /// <summary>RFC 9112, section 7.1: `chunk-size [ chunk-ext ] CRLF chunk-data CRLF` until one of size 0. What follows that is left.</summary>
    private static bool TryJoin(ReadOnlySpan<byte> chunks, out ReadOnlyMemory<byte> joined)
    {
        var body = new byte[chunks.Length];
        var length = 0;
        joined = default;
        while (true)
        {
            var end = chunks.IndexOf("\r\n"u8);
            if (end <= 0) return false;
            var size = chunks[..end];
            var extension = size.IndexOf((byte)';');
            size = (extension < 0 ? size : size[..extension]).Trim(" \t"u8);
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var count) || count < 0) return false;
            chunks = chunks[(end + 2)..];
            if (count == 0) break;
            if (count > chunks.Length - 2 || !chunks[count..].StartsWith("\r\n"u8)) return false;
            chunks[..count].CopyTo(body.AsSpan(length));
            length += count;
            chunks = chunks[(count + 2)..];
        }
        joined = body.AsMemory(0, length);
        return true;
    }
}
