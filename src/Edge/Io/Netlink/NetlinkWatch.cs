using System.Runtime.InteropServices;
using Edge.Io.Native;

namespace Edge.Io.Netlink;

/// <summary>Hears from the kernel that links or addresses of this machine changed (rtnetlink(7)). For one thread.</summary>
internal sealed unsafe class NetlinkWatch : IDisposable
{
    private const int Family = 16;                              // AF_NETLINK
    private const int Raw = 3 | 0x80000 | 0x800;                // SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK
    private const int RouteProtocol = 0;                        // NETLINK_ROUTE
    private const uint Groups = 0x1 | 0x10 | 0x100;             // RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR
    private const int AddressSize = 12;

    // What the messages say is not looked at: whoever is told reads the addresses anew.
    private const int BufferSize = 4096;

    private readonly Descriptor _descriptor;
    private readonly byte[] _buffer = new byte[BufferSize];

    private NetlinkWatch(Descriptor descriptor) => _descriptor = descriptor;

    public int Number => _descriptor.Number;

    /// <returns>Null: this machine does not let itself be watched.</returns>
    public static NetlinkWatch? TryOpen()
    {
        var number = Libc.Socket(Family, Raw, RouteProtocol);
        if (number < 0)
            return null;
        var descriptor = Descriptor.Of(number, "watching the machine's addresses");
        // struct sockaddr_nl: family, padding, port, groups.
        Span<byte> address = stackalloc byte[AddressSize];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)Family);
        MemoryMarshal.Write(address[8..], Groups);
        fixed (byte* start = address)
        {
            if (Libc.Bind(number, start, AddressSize) == 0)
                return new NetlinkWatch(descriptor);
        }
        descriptor.Dispose();
        return null;
    }

    /// <summary>Takes all that the kernel has said, without waiting.</summary>
    /// <returns>Whether it has said anything.</returns>
    public bool Drain()
    {
        var isAny = false;
        while (true)
        {
            nint length;
            fixed (byte* start = _buffer)
                length = Libc.Receive(Number, start, BufferSize, 0);
            // What did not fit into the kernel's queue is news too (ENOBUFS).
            if (length < 0 && Marshal.GetLastPInvokeError() is not (Errno.NoBuffers or Errno.Interrupted))
                return isAny;
            isAny = true;
        }
    }

    public void Dispose() => _descriptor.Dispose();
}
