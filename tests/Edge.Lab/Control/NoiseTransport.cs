using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Edge.Lab.Control;

/// <summary>Kestrel's transport for what is inside of channels: HTTP/2 there is spoken by the same server that upgraded the connection.</summary>
internal sealed class NoiseTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private readonly Channel<NoiseConnection> _accepted = Channel.CreateUnbounded<NoiseConnection>();

    public EndPoint EndPoint { get; } = new NoiseEndPoint();

    public bool CanBind(EndPoint endpoint) => endpoint is NoiseEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

    /// <summary>Serves a connection to its end.</summary>
    public async Task Serve(NoiseConnection connection)
    {
        if (_accepted.Writer.TryWrite(connection))
            await connection.Run();
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection)) return connection;
        }
        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
