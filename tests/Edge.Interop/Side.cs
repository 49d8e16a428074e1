using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Edge.Interop;

/// <summary>One end of a lab: a network namespace.</summary>
internal sealed partial class Side(string name, Lab lab, int number)
{
    public string Name => name;

    public Lab Lab => lab;

    public int Number => number;

    /// <summary>Outside the tunnel.</summary>
    public string Address(bool isV4) => (isV4 ? "10.9.0." : "fd99::") + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Inside the tunnel.</summary>
    public string InnerAddress(bool isV4) => (isV4 ? "10.7.0." : "fd07::") + number.ToString(CultureInfo.InvariantCulture);

    public Task<string> Ip(params string[] arguments) => Tools.Run("ip", ["-n", name, .. arguments]);

    /// <summary>No datagram of a socket leaves this side any more: what is left is a relay. What the system itself sends goes on.</summary>
    public async Task ForbidUdp()
    {
        await Ip("rule", "add", "ipproto", "udp", "prohibit");
        await Ip("-6", "rule", "add", "ipproto", "udp", "prohibit");
    }

    public Task<string> Run(params string[] command) => Tools.Run("ip", ["netns", "exec", name, .. command]);

    public Task<(int ExitCode, string Output, string Error)> Try(params string[] command) => Tools.Try("ip", ["netns", "exec", name, .. command]);

    /// <summary>Starts a program that ends with the lab at the latest.</summary>
    public RunningProgram Start(params string[] command) => lab.Own(new RunningProgram(["ip", "netns", "exec", name, .. command]));

    /// <summary>Whether the other side answers inside the tunnel. The first packets may wait for a handshake.</summary>
    public async Task<bool> Pings(string address, int count = 1, params string[] options) =>
        (await Try(["ping", "-n", "-c", count.ToString(CultureInfo.InvariantCulture), "-i", "0.2", "-W", "10", .. options, address])).ExitCode == 0;

    /// <summary>
    /// Waits until the other side answers. For the first packets: a kernel takes up a new IPv6 address some time after it said that it had, and
    /// until then has no route for what comes in.
    /// </summary>
    public Task Reaches(string address) => Tools.Until(() => Pings(address, 1, "-W", "2"), $"{name} reaches {address}");

    /// <summary>Runs something on a thread inside the namespace: sockets that it opens stay there.</summary>
    public T Inside<T>(Func<T> action)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{name}", share: FileShare.ReadWrite);
                if (Enter((int)file.DangerousGetHandle(), CloneNewNet) != 0)
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
                result = action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result : throw new InvalidOperationException($"in {name}", failure);
    }

    private const int CloneNewNet = 0x40000000; // linux/sched.h

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int descriptor, int kind);
}
