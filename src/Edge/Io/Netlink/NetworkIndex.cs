using System.Runtime.InteropServices;
using Edge.Io.Native;

namespace Edge.Io.Netlink;

/// <summary>Interfaces by name.</summary>
internal static unsafe partial class NetworkIndex
{
    /// <summary>The number by which the kernel knows an interface.</summary>
    /// <exception cref="SystemError">There is none of this name.</exception>
    public static uint Of(string name) => IndexOf(name) is not 0 and var index ? index : throw SystemError.Last($"looking up the interface {name}");

    /// <summary>Whether there is an interface of this number.</summary>
    public static bool Exists(uint index)
    {
        // IF_NAMESIZE
        var name = stackalloc byte[16];
        return NameOf(index, name) != 0;
    }

    [LibraryImport("libc", EntryPoint = "if_indextoname")]
    private static partial nint NameOf(uint index, byte* name);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string name);
}
