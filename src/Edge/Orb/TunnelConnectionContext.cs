using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Edge.Node.Networks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Endpoint = Edge.Foundation.Addresses.Endpoint;

namespace Edge.Orb;

/// <summary>A connection that came through a network's tunnel, as Kestrel takes it. Its other end is the peer's own address inside the network.</summary>
internal sealed class TunnelConnectionContext : ConnectionContext, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature
{
    private static long s_last;

    private readonly TunnelConnection _connection;
    private string? _id;
    private IDictionary<object, object?>? _items;
    private EndPoint? _local;
    private EndPoint? _remote;
    private CancellationToken? _closed;

    public TunnelConnectionContext(TunnelConnection connection)
    {
        _connection = connection;
        Transport = connection;
        Features = new FeatureCollection(8);
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionEndPointFeature>(this);
    }

    public override string ConnectionId
    {
        get => _id ??= string.Create(CultureInfo.InvariantCulture, $"T{Interlocked.Increment(ref s_last):X8}");
        set => _id = value;
    }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint
    {
        get => _local ??= Of(_connection.Local);
        set => _local = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _remote ??= Of(_connection.Remote);
        set => _remote = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => _closed ??= _connection.Closed;
        set => _closed = value;
    }

    public override void Abort() => _connection.Abort();

    public override void Abort(ConnectionAbortedException abortReason) => _connection.Abort();

    public override ValueTask DisposeAsync()
    {
        _connection.Release();
        return base.DisposeAsync();
    }

    private static IPEndPoint Of(Endpoint endpoint) => new(endpoint.Address.ToIPAddress(), endpoint.Port);
}
