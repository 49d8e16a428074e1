using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Edge.Foundation.Addresses;
using Edge.Io.OpenSsl;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Edge.Relay;

/// <summary>A client's connection as the HTTP server takes it, in the clear. A feature of its requests, which may take the stream over.</summary>
internal sealed class RelayHttpConnection : ConnectionContext, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature, IDuplexPipe
{
    private static long s_last;

    private readonly TlsStream _tls;
    private readonly CancellationTokenSource _closed = new();

    /// <param name="tls">The connection; it stays its owner's.</param>
    /// <param name="stream">The same, beginning with what was read of it.</param>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="local">Where it came to.</param>
    public RelayHttpConnection(TlsStream tls, Stream stream, Endpoint remote, EndPoint local)
    {
        (_tls, Stream, Transport, ConnectionClosed) = (tls, stream, this, _closed.Token);
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        RemoteEndPoint = new IPEndPoint(remote.Address.ToIPAddress(), remote.Port);
        LocalEndPoint = local;
        ConnectionId = string.Create(CultureInfo.InvariantCulture, $"R{Interlocked.Increment(ref s_last):X8}");
        Features = new FeatureCollection(8);
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionEndPointFeature>(this);
        Features.Set(this);
    }

    /// <summary>What DERP or a WebSocket is spoken over, once the request's head was answered.</summary>
    public Stream Stream { get; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override void Abort()
    {
        _tls.End();
        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended: the server aborts also what it is about to forget.
        }
    }

    public override void Abort(ConnectionAbortedException abortReason) => Abort();

    public override async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync();
        await Output.CompleteAsync();
        _closed.Dispose();
        await base.DisposeAsync();
    }
}
