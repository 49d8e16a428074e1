using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ZstdSharp;

namespace Edge.Lab.Control;

/// <summary>The body of one map stream.</summary>
/// <param name="context">The request.</param>
/// <param name="isCompressed">As the client asked.</param>
internal sealed class LabStreamOutput(HttpContext context, bool isCompressed) : IDisposable
{
    private readonly Compressor _compressor = new();

    public Task Write(JsonObject message)
    {
        var json = Encoding.UTF8.GetBytes(message.ToJsonString());
        return Write(LabBodies.Frame(isCompressed ? _compressor.Wrap(json) : json));
    }

    public async Task Write(ReadOnlyMemory<byte> bytes)
    {
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    /// <summary>The stream breaks off.</summary>
    public void Abort() => context.Abort();

    public void Dispose() => _compressor.Dispose();
}
