using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Edge.Orb;

/// <summary>
/// A listener without a socket: it serves connections that another listener has accepted and, once it has seen their first bytes, does not serve
/// itself. Kestrel speaks one version of HTTP on a listener without TLS; this one speaks HTTP/2.
/// </summary>
/// <param name="name">What it speaks.</param>
internal sealed class HandOver(string name) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Channel<ConnectionContext> _handedOver = Channel.CreateUnbounded<ConnectionContext>();
    private EndPoint? _endPoint;

    /// <summary>What the listener is bound to.</summary>
    public EndPoint EndPoint => _endPoint ??= new HandedOverEndPoint(name);

    public bool CanBind(EndPoint endpoint) => ReferenceEquals(endpoint, EndPoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Acceptor(endpoint, _handedOver));

    /// <summary>Has the other listener serve a connection to its end.</summary>
    public async Task Serve(ConnectionContext connection)
    {
        var handed = new HandedOverConnection(connection);
        if (_handedOver.Writer.TryWrite(handed))
            await handed.Ended;
    }

    /// <summary>To be the first in the listener: those who end connections ask the one that serves it from now on.</summary>
    public static ConnectionDelegate Around(ConnectionDelegate next) => connection =>
    {
        connection.Features.Get<ClientConnection>()!.HandOver(connection.Features.Get<IConnectionLifetimeNotificationFeature>()!);
        return next(connection);
    };

    private sealed class HandedOverEndPoint(string name) : EndPoint
    {
        public override string ToString() => name;
    }

    private sealed class Acceptor(EndPoint endPoint, Channel<ConnectionContext> connections) : IConnectionListener
    {
        public EndPoint EndPoint => endPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await connections.Reader.WaitToReadAsync(cancellationToken) && connections.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            connections.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
