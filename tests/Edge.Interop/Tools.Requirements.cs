using System.Runtime.InteropServices;

namespace Edge.Interop;

internal static partial class Tools
{
    private const int CloneNewNet = 0x40000000; // linux/sched.h

    private static readonly Lazy<bool> s_canMakeNamespaces = new(static () =>
    {
        var isMade = false;
        // The namespace is this thread's and goes with it.
        var thread = new Thread(() => isMade = Unshare(CloneNewNet) == 0);
        thread.Start();
        thread.Join();
        return isMade;
    });

    /// <summary>Skips the test, by name, where it cannot run.</summary>
    public static void Require(params string[] programs)
    {
        Skip.Unless(Environment.IsPrivilegedProcess && s_canMakeNamespaces.Value, "network namespaces and TUN devices take root, and a container more rights than it has by default");
        Skip.Unless(File.Exists("/dev/net/tun"), "there is no /dev/net/tun");
        var missing = programs.Append("ip").Where(program => Find(program) is null).ToList();
        Skip.When(missing.Count > 0, $"not installed: {string.Join(", ", missing)} (scripts/setup --interop)");
    }

    /// <summary>A program of the folder that <c>PEERS</c> names; the test is skipped, by name, where it is not there.</summary>
    public static string Peer(string program)
    {
        var peers = Environment.GetEnvironmentVariable("PEERS") ?? "";
        Skip.Unless(peers.Length > 0, $"PEERS names no folder with {program}");
        var path = Path.Combine(peers, program);
        Skip.Unless(File.Exists(path), $"{path} is not there");
        return path;
    }

    [LibraryImport("libc", EntryPoint = "unshare")]
    private static partial int Unshare(int flags);
}
