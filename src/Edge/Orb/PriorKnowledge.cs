using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Edge.Orb;

/// <summary>
/// HTTP/2 without TLS from clients that begin with its preface (RFC 9113, section 3.3), such as gRPC's. Kestrel speaks one version on
/// a listener without TLS; here such a connection is handed from the HTTP/1.1 listener to a second one, which speaks HTTP/2, accepts
/// nothing else and has no socket.
/// </summary>
internal sealed class PriorKnowledge : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Channel<ConnectionContext> _handedOver = Channel.CreateUnbounded<ConnectionContext>();

    /// <summary>What the second listener is bound to.</summary>
    public EndPoint EndPoint { get; } = new HandedOverEndPoint();

    public bool CanBind(EndPoint endpoint) => endpoint is HandedOverEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Acceptor(endpoint, _handedOver));

    /// <summary>Around the HTTP/1.1 server of a listener: looks at a connection's first bytes and passes it on to either.</summary>
    /// <param name="next">The HTTP/1.1 server.</param>
    /// <param name="idleTimeout">How long a connection may stay without a byte.</param>
    public ConnectionDelegate Around(ConnectionDelegate next, TimeSpan idleTimeout) => async connection =>
    {
        FirstBytes.Kind kind;
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()!.ConnectionClosedRequested;
        // Until a server speaks on the connection, nobody else hears that it should end.
        using (closing.UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), connection.Transport.Input))
            kind = await FirstBytes.Look(connection, idleTimeout);
        switch (kind)
        {
            case FirstBytes.Kind.Http1:
                await next(connection);
                break;
            case FirstBytes.Kind.Http2:
                var handed = new HandedOverConnection(connection);
                if (_handedOver.Writer.TryWrite(handed))
                    await handed.Ended;
                break;
        }
    };

    private sealed class HandedOverEndPoint : EndPoint
    {
        public override string ToString() => "prior-knowledge";
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
