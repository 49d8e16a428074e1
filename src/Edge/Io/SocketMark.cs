using System.Net.Sockets;
using SocketOption = Edge.Io.Udp.SocketOption;

namespace Edge.Io;

/// <summary>By their mark rules of policy routing tell the packets of some sockets from all others (socket(7), SO_MARK).</summary>
internal static class SocketMark
{
    /// <param name="socket">Not connected yet.</param>
    /// <param name="mark">0: none.</param>
    /// <exception cref="SocketException">It takes CAP_NET_ADMIN.</exception>
    public static void Set(Socket socket, uint mark)
    {
        if (mark != 0)
            socket.SetRawSocketOption(SocketOption.SocketLevel, SocketOption.Mark, BitConverter.GetBytes(mark));
    }
}
