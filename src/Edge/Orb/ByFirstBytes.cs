using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Edge.Orb;

/// <summary>
/// Who serves a connection, by its first bytes. HTTP/2 without TLS comes from clients that begin with its preface (RFC 9113, section 3.3), such as
/// gRPC's: Kestrel speaks one version on a listener without TLS, so it is handed over to one that speaks that. On a port of a network TLS and plain
/// HTTP come to one door.
/// </summary>
/// <param name="http2">Serves HTTP/2 without TLS.</param>
/// <param name="tls">Opens TLS; null: nobody does.</param>
internal sealed class ByFirstBytes(HandOver http2, Encryption? tls)
{
    /// <summary>Around the HTTP/1.1 server of a listener.</summary>
    /// <param name="next">The HTTP/1.1 server.</param>
    /// <param name="idleTimeout">How long a connection may stay without a byte.</param>
    public ConnectionDelegate Around(ConnectionDelegate next, TimeSpan idleTimeout)
    {
        var encrypted = tls?.Around(next);
        return connection => Serve(connection, next, encrypted, idleTimeout);
    }

    private async Task Serve(ConnectionContext connection, ConnectionDelegate next, ConnectionDelegate? encrypted, TimeSpan idleTimeout)
    {
        FirstBytes.Kind kind;
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()!.ConnectionClosedRequested;
        // Until a server speaks on the connection, nobody else hears that it should end.
        using (closing.UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), connection.Transport.Input))
            kind = await FirstBytes.Look(connection, idleTimeout);
        switch (kind)
        {
            case FirstBytes.Kind.Http2:
                await http2.Serve(connection);
                break;
            case FirstBytes.Kind.Tls when encrypted is not null:
                await encrypted(connection);
                break;
            case FirstBytes.Kind.Http1 or FirstBytes.Kind.Tls:
                await next(connection);
                break;
        }
    }
}
