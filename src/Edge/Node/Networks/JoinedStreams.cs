using System.Net.Sockets;

namespace Edge.Node.Networks;

/// <summary>Two streams that are one connection from here on.</summary>
internal static class JoinedStreams
{
    /// <summary>What is copied at a time, in bytes.</summary>
    public const int BufferSize = 64 * 1024;

    /// <summary>Both directions, each to its own end; a break of one ends the other.</summary>
    /// <param name="near">Of the host.</param>
    /// <param name="socket">Of <paramref name="near"/>.</param>
    /// <param name="far">Of a network, or of the host.</param>
    /// <param name="cancellation">Ends both.</param>
    public static async Task Join(NetworkStream near, Socket socket, Stream far, CancellationToken cancellation)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var there = Copy(near, far, () => (far as TunnelStream)?.FinishWriting(), broken);
        var back = Copy(far, near, () => socket.Shutdown(SocketShutdown.Send), broken);
        await Task.WhenAll(there, back);
    }

    private static async Task Copy(Stream from, Stream to, Action finish, CancellationTokenSource broken)
    {
        try
        {
            await from.CopyToAsync(to, BufferSize, broken.Token);
            finish();
        }
        catch
        {
            await broken.CancelAsync();
            throw;
        }
    }
}
