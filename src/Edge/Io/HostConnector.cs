using System.Net;
using System.Net.Sockets;

namespace Edge.Io;

/// <summary>Over the host's own sockets.</summary>
/// <param name="mark">Of their packets, for policy routing (SO_MARK); 0: none.</param>
internal sealed class HostConnector(uint mark = 0) : IConnector
{
    public async ValueTask<Stream> Connect(IPEndPoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            SocketMark.Set(socket, mark);
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
