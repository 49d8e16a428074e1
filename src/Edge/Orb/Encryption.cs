using System.Buffers;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Edge.Orb;

/// <summary>
/// TLS on the connections of a listener, on the terms of the site that each client names. It stands where Kestrel's own would, whose
/// records are a quarter as long and cost a system call each.
/// </summary>
/// <param name="listener">Its sites have TLS.</param>
/// <param name="handshakeTimeout">How long a client may take to agree.</param>
/// <param name="time">The clock of that.</param>
/// <param name="log">Is told at <c>debug</c> why clients did not agree.</param>
internal sealed class Encryption(Listener listener, TimeSpan handshakeTimeout, TimeProvider time, ILogger log)
{
    /// <summary>Around what serves a connection in the clear.</summary>
    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        await using var stream = new SslStream(new TransportStream(transport));
        if (!await Agree(connection, stream))
            return;
        try
        {
            await using var encrypted = new EncryptedTransport(stream, connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool ?? MemoryPool<byte>.Shared);
            connection.Transport = encrypted;
            await next(connection);
        }
        finally
        {
            // Whoever made it closes it.
            connection.Transport = transport;
        }
    };

    private async Task<bool> Agree(ConnectionContext connection, SslStream stream)
    {
        try
        {
            using var limit = new CancellationTokenSource(handshakeTimeout, time);
            await stream.AuthenticateAsServerAsync(
                static (_, hello, state, cancellation) =>
                {
                    var (listener, connection) = ((Listener, ConnectionContext))state!;
                    return listener.Agree(connection, hello.ServerName, cancellation);
                },
                (listener, connection), limit.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or AuthenticationException)
        {
            log.NoHandshake(connection.RemoteEndPoint, failure is OperationCanceledException ? "it took too long" : failure.InnerException?.Message ?? failure.Message);
            return false;
        }
        var session = new TlsSession(stream);
        connection.Features.Set<ITlsConnectionFeature>(session);
        connection.Features.Set<ITlsApplicationProtocolFeature>(session);
        connection.Features.Set<ITlsHandshakeFeature>(session);
        return true;
    }
}
