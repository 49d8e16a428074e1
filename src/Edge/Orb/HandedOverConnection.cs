using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Edge.Orb;

/// <summary>
/// A connection as a second server sees it. What the server sets on it stays here; the connection itself is closed by whoever handed it
/// over, once this has ended.
/// </summary>
internal sealed class HandedOverConnection(ConnectionContext connection) : ConnectionContext
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the second server is done with it.</summary>
    public Task Ended => _ended.Task;

    public override string ConnectionId { get; set; } = connection.ConnectionId;

    public override IFeatureCollection Features { get; } = new FeatureCollection(connection.Features);

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; } = connection.Transport;

    public override EndPoint? LocalEndPoint { get; set; } = connection.LocalEndPoint;

    public override EndPoint? RemoteEndPoint { get; set; } = connection.RemoteEndPoint;

    public override CancellationToken ConnectionClosed { get; set; } = connection.ConnectionClosed;

    public override void Abort(ConnectionAbortedException abortReason) => connection.Abort(abortReason);

    public override void Abort() => connection.Abort();

    public override ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        return base.DisposeAsync();
    }
}
