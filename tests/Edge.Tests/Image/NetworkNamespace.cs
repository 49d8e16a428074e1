using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Edge.Tests.Image;

/// <summary>
/// A network of its own with nothing but a loopback interface. It belongs to one thread: sockets opened and processes started by
/// <see cref="Run"/> are inside, wherever they are used from, and the kernel removes it all with the last of them.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;  // linux/sched.h
    private const uint SetInterfaceFlags = 0x8914; // SIOCSIFFLAGS, linux/sockios.h
    private const short Up = 1;                   // IFF_UP, linux/if.h

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public NetworkNamespace()
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = "network namespace" };
        _thread.Start();
        try
        {
            Run(Enter);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs something inside and waits for it; its exception is thrown here.</summary>
    public T Run<T>(Func<T> inside)
    {
        var result = new TaskCompletionSource<T>();
        _work.Add(() =>
        {
            try
            {
                result.SetResult(inside());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Loop()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
            action();
    }

    private static bool Enter()
    {
        if (Unshare(CloneNewNet) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        // struct ifreq: 16 bytes of name, then the flags; 40 bytes in all.
        Span<byte> request = stackalloc byte[40];
        request.Clear();
        Encoding.ASCII.GetBytes("lo", request);
        MemoryMarshal.Write(request[16..], Up);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (Control((int)socket.Handle, SetInterfaceFlags, request) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return true;
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, Span<byte> argument);
}
