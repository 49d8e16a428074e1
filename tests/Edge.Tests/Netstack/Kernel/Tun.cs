using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Edge.Tests.Image;
using Microsoft.Win32.SafeHandles;

namespace Edge.Tests.Netstack.Kernel;

/// <summary>A TUN interface in a namespace of its own: what the kernel sends to 10.0.0.2 and fd00::2 is read here, and what is written here it takes as theirs.</summary>
internal sealed partial class Tun : IDisposable
{
    public static readonly IPAddress KernelV4 = IPAddress.Parse("10.0.0.1"), KernelV6 = IPAddress.Parse("fd00::1");
    public static readonly IPAddress StackV4 = IPAddress.Parse("10.0.0.2"), StackV6 = IPAddress.Parse("fd00::2");

    private const string Name = "edgetest0";

    // linux/if_tun.h, linux/sockios.h, linux/if.h, fcntl.h, poll.h
    private const uint SetInterface = 0x400454ca, SetAddress = 0x8916, SetMask = 0x891c, SetMtu = 0x8922, SetFlags = 0x8914, GetIndex = 0x8933;
    private const short TunNoInfo = 0x1001, UpAndRunning = 0x41;
    private const int ReadWriteNonBlocking = 2 | 0x800;
    private const short Readable = 1;

    // IFA_F_TENTATIVE, linux/if_addr.h
    private const int Tentative = 0x40;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly NetworkNamespace _namespace = new();
    private readonly SafeFileHandle _device;

    public Tun(int mtu)
    {
        _device = _namespace.Run(() => Open(mtu));
    }

    /// <summary>Runs something in the namespace: sockets opened there stay there.</summary>
    public T Run<T>(Func<T> inside) => _namespace.Run(inside);

    /// <summary>Waits for a packet.</summary>
    /// <returns>False: none came within the time.</returns>
    public bool Wait(int milliseconds)
    {
        var request = new PollRequest { Descriptor = (int)_device.DangerousGetHandle(), Events = Readable };
        return Poll(ref request, 1, milliseconds) > 0;
    }

    /// <returns>Bytes of the next packet; 0: there is none.</returns>
    public int Read(Span<byte> packet) => Math.Max(0, (int)Read(_device, packet, (nuint)packet.Length));

    /// <summary>A packet that the kernel does not want is a packet lost.</summary>
    public void Write(ReadOnlySpan<byte> packet) => Write(_device, packet, (nuint)packet.Length);

    public void Dispose()
    {
        _device.Dispose();
        _namespace.Dispose();
    }

    /// <summary>Writes to a file of /proc/sys/net of the namespace.</summary>
    public void Configure(string name, string value) => _namespace.Run(() =>
    {
        File.WriteAllText($"/proc/sys/net/{name}", value);
        return true;
    });

    private static SafeFileHandle Open(int mtu)
    {
        var device = Open("/dev/net/tun", ReadWriteNonBlocking);
        if (device.IsInvalid)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        Span<byte> request = stackalloc byte[40];
        Request(request, TunNoInfo);
        Control(device, SetInterface, request);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Request(request, 0);
        MemoryMarshal.Write(request[16..], mtu);
        Control(socket.SafeHandle, SetMtu, request);
        SetInet(socket, request, SetAddress, KernelV4);
        SetInet(socket, request, SetMask, IPAddress.Parse("255.255.255.0"));
        Request(request, UpAndRunning);
        Control(socket.SafeHandle, SetFlags, request);
        if (mtu < 1280)
            return device;
        Request(request, 0);
        Control(socket.SafeHandle, GetIndex, request);
        var index = MemoryMarshal.Read<int>(request[16..]);
        using var socket6 = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        // struct in6_ifreq, linux/ipv6.h: address, prefix length, interface.
        Span<byte> request6 = stackalloc byte[24];
        KernelV6.TryWriteBytes(request6, out _);
        MemoryMarshal.Write(request6[16..], 64);
        MemoryMarshal.Write(request6[20..], index);
        Control(socket6.SafeHandle, SetAddress, request6);
        // The kernel's worker takes the address off "tentative" when it gets round to it. Until then connections to the stack come from ::1,
        // which the stack rightly does not answer (RFC 4291 section 2.5.3).
        if (!SpinWait.SpinUntil(HasAddress, s_limit))
            throw new TimeoutException($"{KernelV6} of {Name} stayed tentative for {s_limit}");
        return device;
    }

    // A line of if_inet6: address, index, prefix length, scope, flags, name; hexadecimal.
    private static bool HasAddress() => File.ReadLines("/proc/thread-self/net/if_inet6").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Any(fields => fields[0] == Convert.ToHexStringLower(KernelV6.GetAddressBytes()) && (Convert.ToInt32(fields[4], 16) & Tentative) == 0);

    private static void SetInet(Socket socket, Span<byte> request, uint what, IPAddress address)
    {
        // struct sockaddr_in behind the name.
        Request(request, (short)AddressFamily.InterNetwork);
        address.TryWriteBytes(request[20..], out _);
        Control(socket.SafeHandle, what, request);
    }

    private static void Request(Span<byte> request, short value)
    {
        request.Clear();
        Encoding.ASCII.GetBytes(Name, request);
        MemoryMarshal.Write(request[16..], value);
    }

    private static void Control(SafeHandle descriptor, uint what, Span<byte> request)
    {
        if (Ioctl(descriptor, what, request) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeHandle descriptor, nuint request, Span<byte> argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollRequest request, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeHandle descriptor, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeHandle descriptor, ReadOnlySpan<byte> buffer, nuint length);
}
