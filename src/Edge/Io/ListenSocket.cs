using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Edge.Io.Native;
using Edge.Io.Udp;

namespace Edge.Io;

/// <summary>Sockets that listen for connections.</summary>
internal static unsafe class ListenSocket
{
    /// <summary>asm-generic/socket.h: SO_ATTACH_FILTER.</summary>
    private const int AttachFilter = 26;

    /// <summary>A socket bound to an address, not listening yet. All IPv6 addresses include all IPv4 ones.</summary>
    /// <exception cref="SocketException">It cannot be bound.</exception>
    public static Socket Bind(EndPoint endPoint)
    {
        var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// From now on no connection begins here, and those whose handshake is done can still be accepted. Closing a listening socket resets
    /// what waits in its queue; after this the queue can be emptied first. Where the system cannot do it, nothing happens.
    /// </summary>
    public static void RefuseNew(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.Unix)
            return;
        // linux/filter.h: the packet begins with its TCP header, whose byte 13 has the flags. A SYN is dropped, all else passes.
        var program = stackalloc FilterStep[]
        {
            new(0x30, 0, 0, 13), // load the byte at 13
            new(0x45, 0, 1, 0x02), // is SYN set?
            new(0x06, 0, 0, 0), // drop
            new(0x06, 0, 0, uint.MaxValue), // keep all of it
        };
        var filter = new Filter { Length = 4, Program = program };
        try
        {
            _ = Libc.SetSocketOption((int)socket.Handle, SocketOption.SocketLevel, AttachFilter, &filter, (uint)sizeof(Filter));
        }
        catch (ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    private struct Filter
    {
        public ushort Length;
        public FilterStep* Program;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FilterStep(ushort Code, byte IfTrue, byte IfFalse, uint Operand);
}
