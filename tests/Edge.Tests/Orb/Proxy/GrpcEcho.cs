using System.Buffers.Binary;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests.Orb.Proxy;

/// <summary>A service that speaks gRPC's framing (PROTOCOL-HTTP2.md) by hand, and its methods for the real client.</summary>
internal static class GrpcEcho
{
    private static readonly Marshaller<string> s_text = Marshallers.Create(Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);

    public static Method<string, string> Talk { get; } = new(MethodType.DuplexStreaming, "test.Echo", "Talk", s_text, s_text);

    public static Method<string, string> Fail { get; } = new(MethodType.Unary, "test.Echo", "Fail", s_text, s_text);

    public static async Task Serve(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        if (context.Request.Path == "/test.Echo/Fail")
        {
            // "Trailers-Only": the status is in the header.
            context.Response.Headers["grpc-status"] = "5";
            context.Response.Headers["grpc-message"] = "no such thing";
            return;
        }
        await context.Response.Body.FlushAsync();
        var prefix = new byte[5];
        while (await context.Request.Body.ReadAtLeastAsync(prefix, 5, throwOnEndOfStream: false) == 5)
        {
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
            await context.Request.Body.ReadExactlyAsync(message);
            await context.Response.Body.WriteAsync((byte[])[.. prefix, .. message]);
            await context.Response.Body.FlushAsync();
        }
        context.Response.AppendTrailer("grpc-status", "0");
        context.Response.AppendTrailer("x-last", "word");
    }
}
