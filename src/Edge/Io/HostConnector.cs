using System.Net;
using System.Net.Sockets;

namespace Edge.Io;

/// <summary>Over the host's own sockets.</summary>
internal sealed class HostConnector : IConnector
{
    public async ValueTask<Stream> Connect(IPEndPoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new DialException(DialStep.Connect, $"no connection to {endpoint}: {e.SocketErrorCode}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
