using System.Net;

namespace Edge.Orb.Proxy.Http2;

/// <summary>A client's body as the platform's client takes it.</summary>
internal sealed class Http2Body(RequestBody body) : HttpContent
{
    /// <summary>The length is in <c>Content-Length</c>, where the client told it.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? transport) =>
        SerializeToStreamAsync(stream, transport, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? transport, CancellationToken cancellationToken)
    {
        await body.SendTo(stream, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }
}
