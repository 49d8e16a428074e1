using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Edge.Io.Udp;

namespace Edge.Io;

/// <summary>Whose process is on the other side of a Unix socket, as the kernel says (unix(7), SO_PEERCRED).</summary>
internal static partial class PeerCredentials
{
    private const int PeerCredential = 17;

    /// <summary>Whether the other side is this process's user, or root.</summary>
    /// <param name="socket">A connected Unix socket.</param>
    public static bool IsOwnerOrRoot(Socket socket)
    {
        // struct ucred: process, user, group.
        Span<byte> credentials = stackalloc byte[12];
        if (socket.GetRawSocketOption(SocketOption.SocketLevel, PeerCredential, credentials) < credentials.Length)
            return false;
        var user = BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]) : BinaryPrimitives.ReadUInt32BigEndian(credentials[4..]);
        return user == 0 || user == UserId;
    }

    /// <summary>The user that this process acts as.</summary>
    public static uint UserId => geteuid();

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
