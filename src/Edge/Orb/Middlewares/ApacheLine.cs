using System.Buffers;
using System.Globalization;
using System.Text;
using Edge.Orb.Proxy;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary>
/// The Common Log Format and the combined one, as Apache's mod_log_config writes them:
/// <c>%h %l %u %t "%r" %&gt;s %b</c>, and <c>"%{Referer}i" "%{User-agent}i"</c>. Times are UTC.
/// </summary>
internal sealed class ApacheLine(bool isCombined) : LineFormat<LoggedResponse>
{
    public override void Write(LoggedResponse state, IBufferWriter<byte> output)
    {
        var context = state.Context;
        var address = ClientAddress.Text(context);
        Plain(output, address.Length > 0 ? address : "-");
        Plain(output, " - ");
        User(output, RequestUser.NameOf(context));
        Plain(output, state.Time.UtcDateTime.ToString("' ['dd'/'MMM'/'yyyy':'HH':'mm':'ss' +0000] \"'", CultureInfo.InvariantCulture));
        Escaped(output, context.Request.Method);
        Plain(output, " ");
        Escaped(output, state.Target);
        Plain(output, " ");
        Plain(output, ProtocolOf(context.Request.Protocol));
        Plain(output, "\" ");
        Number(output, context.Response.StatusCode);
        Plain(output, " ");
        if (state.BytesSent > 0)
            Number(output, state.BytesSent);
        else
            Plain(output, "-");
        if (isCombined)
        {
            Plain(output, " \"");
            Field(output, state.Referrer ?? "-");
            Plain(output, "\" \"");
            Field(output, state.Agent ?? "-");
            Plain(output, "\"");
        }
        Plain(output, "\n");
    }

    /// <summary>Apache has a minor version for HTTP/2 too.</summary>
    private static string ProtocolOf(string protocol) => HttpProtocol.IsHttp2(protocol) ? "HTTP/2.0" : HttpProtocol.IsHttp3(protocol) ? "HTTP/3.0" : protocol;

    // log_remote_user: nobody is `-`, and a name without a character is two quotes.
    private static void User(IBufferWriter<byte> output, string? name)
    {
        switch (name)
        {
            case null:
                Plain(output, "-");
                break;
            case "":
                Plain(output, "\"\"");
                break;
            default:
                Escaped(output, name);
                break;
        }
    }

    private static void Plain(IBufferWriter<byte> output, string text)
    {
        var length = Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length));
        output.Advance(length);
    }

    private static void Number(IBufferWriter<byte> output, long number)
    {
        number.TryFormat(output.GetSpan(20), out var length, provider: CultureInfo.InvariantCulture);
        output.Advance(length);
    }

    // A header field's value has one character for each byte that came.
    private static void Field(IBufferWriter<byte> output, string text)
    {
        foreach (var one in text)
            output.Advance(Escape((byte)one, output.GetSpan(4)));
    }

    // ap_escape_logitem: quote and backslash get a backslash, C's own escapes are used where there are any, and every other byte that is
    // not printable ASCII is \xhh. It knows bytes, not characters: here UTF-8's.
    private static void Escaped(IBufferWriter<byte> output, string text)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var span = output.GetSpan(16);
            var length = 0;
            foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
                length += Escape(one, span[length..]);
            output.Advance(length);
        }
    }

    private static int Escape(byte one, Span<byte> output)
    {
        var letter = one switch
        {
            (byte)'"' or (byte)'\\' => (char)one,
            (byte)'\b' => 'b',
            (byte)'\n' => 'n',
            (byte)'\r' => 'r',
            (byte)'\t' => 't',
            (byte)'\v' => 'v',
            _ => '\0',
        };
        if (letter != '\0')
        {
            output[0] = (byte)'\\';
            output[1] = (byte)letter;
            return 2;
        }
        if (one is >= 0x20 and <= 0x7e)
        {
            output[0] = one;
            return 1;
        }
        output[0] = (byte)'\\';
        output[1] = (byte)'x';
        output[2] = (byte)HexDigit(one >> 4);
        output[3] = (byte)HexDigit(one & 15);
        return 4;
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'a' + value - 10);
}
