using System.Text;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Orb.Middlewares;

/// <summary>An upstream that answers with the head of the request that it got: what a handler behind the middleware sees.</summary>
internal static class Echo
{
    /// <param name="fields">Further lines of the response's head, each with its end.</param>
    public static RawUpstream Start(string fields = "") => new(async stream =>
    {
        var head = await RawUpstream.ReadHead(stream);
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {head.Length}\r\nConnection: close\r\n{fields}\r\n{head}"));
    });

    public static string Handler(RawUpstream upstream) => $"handler = new ReverseProxy {{ upstreams {{ \"127.0.0.1:{upstream.Port}\" }} }}";

    /// <summary>A configuration of one block with this middleware around this handler.</summary>
    public static string Around(string middleware, string handler) => $"servers {{ [\":8080\"] {{ middleware {{ {middleware} }} {handler} }} }}";
}
