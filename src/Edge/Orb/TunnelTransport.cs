using System.Net;
using System.Threading.Channels;
using Edge.Node.Networks;
using Microsoft.AspNetCore.Connections;

namespace Edge.Orb;

/// <summary>Kestrel's transport for networks: connections come from a netstack instead of from sockets.</summary>
internal sealed class TunnelTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly List<Acceptor> _acceptors = [];

    public bool CanBind(EndPoint endpoint) => endpoint is TunnelEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var acceptor = new Acceptor((TunnelEndPoint)endpoint);
        _acceptors.Add(acceptor);
        return ValueTask.FromResult<IConnectionListener>(acceptor);
    }

    /// <summary>No connection begins from now on; those that have begun are accepted still.</summary>
    public void RefuseNew()
    {
        foreach (var acceptor in _acceptors)
            acceptor.RefuseNew();
    }

    private sealed class Acceptor : IConnectionListener
    {
        private readonly Channel<TunnelConnection> _accepted = Channel.CreateUnbounded<TunnelConnection>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        private readonly TunnelEndPoint _endPoint;
        private readonly NetworkListener _listener;

        public Acceptor(TunnelEndPoint endPoint)
        {
            _endPoint = endPoint;
            _listener = endPoint.Network.Listen(endPoint.Port, Accept);
        }

        public EndPoint EndPoint => _endPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
            {
                if (_accepted.Reader.TryRead(out var connection))
                    return new TunnelConnectionContext(connection);
            }
            return null;
        }

        public void RefuseNew() => _endPoint.Network.Close(_listener);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            RefuseNew();
            _accepted.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            await UnbindAsync();
            while (_accepted.Reader.TryRead(out var connection))
                connection.Release();
        }

        // On the network's thread.
        private void Accept(TunnelConnection connection)
        {
            if (!_accepted.Writer.TryWrite(connection))
                connection.Abort();
        }
    }
}
