using Edge.Io.Native;
using Microsoft.Win32.SafeHandles;

namespace Edge.Io;

/// <summary>
/// A file that is only ever added to. Opened with <c>O_APPEND</c>, which .NET's own append mode is not: what another process adds or cuts
/// off meanwhile (logrotate's <c>copytruncate</c>) is neither overwritten nor followed by a hole.
/// </summary>
internal static class AppendedFile
{
    private const int WriteOnly = 1, Create = 0x40, Append = 0x400, CloseOnExec = 0x80000;

    // Owner and group; what is logged is nobody else's.
    private const uint Mode = 0x1a0;

    /// <summary>Opens or makes it (0640). Every write is one call to the system where it takes all.</summary>
    /// <exception cref="IOException">It cannot be opened; the message says why.</exception>
    public static FileStream Open(string path)
    {
        var descriptor = Libc.Open(path, WriteOnly | Create | Append | CloseOnExec, Mode);
        return descriptor < 0
            ? throw SystemError.Last($"opening {path}")
            : new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }
}
