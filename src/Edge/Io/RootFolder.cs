using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Edge.Io;

/// <summary>
/// A folder whose files can be read and that nothing leads out of: the kernel resolves each path beneath it (openat2(2),
/// RESOLVE_BENEATH), so there is no moment between a check and its use. Safe to use from any thread.
/// </summary>
internal sealed unsafe partial class RootFolder : IDisposable
{
    private const int NotPermitted = 1, CrossDevice = 18, NoSystemCall = 38;
    private const int OpenNonBlocking = 0x800, OpenCloseOnExec = 0x80000, OpenPath = 0x200000;
    private const long Openat2 = 437;
    private const ulong NoMagicLinks = 0x02, Beneath = 0x08;
    private const int LongestPath = 4096;

    // A deployment replaces the folder, or the link that names it: the descriptor is renewed at this age.
    private const long RenewAfterMilliseconds = 1000;

    // O_DIRECTORY is one of the flags whose value depends on the machine (asm-generic/fcntl.h, arch/arm64/include/uapi/asm/fcntl.h).
    private static readonly int s_openFolder = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    private readonly string _path;
    private readonly bool _followsLinks;
    private readonly bool _hasOpenat2;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private SafeFileHandle _root;
    private long _openedAt;

    /// <param name="path">The folder.</param>
    /// <param name="followsLinks">Whether symbolic links may lead out of it.</param>
    /// <param name="time">Tells when to look whether the path names another folder by now.</param>
    /// <exception cref="IOException">It is not there, no folder, or may not be entered; the message says which.</exception>
    public RootFolder(string path, bool followsLinks, TimeProvider time)
    {
        _path = path;
        _followsLinks = followsLinks;
        _time = time;
        _root = OpenRoot(out var error) ?? throw new IOException($"the folder `{path}` cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}");
        _openedAt = _time.GetTimestamp();
        using var self = OpenBeneath(".\0"u8);
        _hasOpenat2 = self.Error is not (NoSystemCall or NotPermitted);
    }

    /// <summary>Opens what a path names: a regular file or a folder, read-only.</summary>
    /// <param name="path">Relative to the folder, without a leading slash; empty for the folder itself.</param>
    /// <returns>Null where there is none, where it is neither, where it may not be read, and where the path leads out.</returns>
    public OpenedFile? Open(ReadOnlySpan<char> path)
    {
        Span<byte> utf8 = stackalloc byte[LongestPath];
        if (path.IsEmpty)
            path = ".";
        if (path.Contains('\0') || !Encoding.UTF8.TryGetBytes(path, utf8[..^1], out var length))
            return null;
        utf8[length] = 0;
        var opened = OpenFile(utf8[..(length + 1)]);
        if (opened.Descriptor < 0)
            return null;
        var file = OpenedFile.Of(opened.Descriptor);
        if (file is null)
            _ = close(opened.Descriptor);
        return file;
    }

    public void Dispose() => _root.Dispose();

    private Opened OpenFile(ReadOnlySpan<byte> path)
    {
        if (_followsLinks)
            return OpenAnywhere(path);
        if (_hasOpenat2)
        {
            var opened = OpenBeneath(path);
            // A link that is absolute counts as leading out even where it leads back in.
            if (opened.Error != CrossDevice)
                return opened;
        }
        return OpenChecked(path);
    }

    private Opened OpenBeneath(ReadOnlySpan<byte> path)
    {
        var how = new OpenHow { Flags = OpenNonBlocking | OpenCloseOnExec, Resolve = Beneath | NoMagicLinks };
        var root = Root();
        var isHeld = false;
        try
        {
            root.DangerousAddRef(ref isHeld);
            fixed (byte* text = path)
                return new Opened((int)syscall(Openat2, (int)root.DangerousGetHandle(), text, &how, sizeof(OpenHow)));
        }
        finally
        {
            if (isHeld)
                root.DangerousRelease();
        }
    }

    private Opened OpenAnywhere(ReadOnlySpan<byte> path)
    {
        var root = Root();
        var isHeld = false;
        try
        {
            root.DangerousAddRef(ref isHeld);
            fixed (byte* text = path)
                return new Opened(openat((int)root.DangerousGetHandle(), text, OpenNonBlocking | OpenCloseOnExec, 0));
        }
        finally
        {
            if (isHeld)
                root.DangerousRelease();
        }
    }

    // The descriptor itself says what was opened in the end; without /proc it does not, and then nothing is served through a link.
    private Opened OpenChecked(ReadOnlySpan<byte> path)
    {
        var opened = OpenAnywhere(path);
        if (opened.Descriptor < 0)
            return opened;
        var isHeld = false;
        var root = Root();
        try
        {
            root.DangerousAddRef(ref isHeld);
            var folder = TargetOf((int)root.DangerousGetHandle());
            var target = TargetOf(opened.Descriptor);
            if (folder is not null && target is not null && (target == folder || target.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal)))
                return opened;
        }
        finally
        {
            if (isHeld)
                root.DangerousRelease();
        }
        _ = close(opened.Descriptor);
        return new Opened(-1, CrossDevice);
    }

    private static string? TargetOf(int descriptor)
    {
        Span<byte> target = stackalloc byte[LongestPath];
        fixed (byte* text = Encoding.UTF8.GetBytes($"/proc/self/fd/{descriptor}\0"), result = target)
        {
            var length = (int)readlink(text, result, LongestPath);
            return length > 0 ? Encoding.UTF8.GetString(target[..length]) : null;
        }
    }

    private SafeFileHandle Root()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _openedAt)).TotalMilliseconds < RenewAfterMilliseconds)
            return Volatile.Read(ref _root);
        lock (_lock)
        {
            if (_time.GetElapsedTime(_openedAt).TotalMilliseconds >= RenewAfterMilliseconds)
            {
                // Gone for the moment: what was there is served until there is another.
                if (OpenRoot(out _) is { } renewed)
                {
                    // Requests that hold the old one keep it open until they are done with it.
                    var old = _root;
                    Volatile.Write(ref _root, renewed);
                    old.Dispose();
                }
                Volatile.Write(ref _openedAt, _time.GetTimestamp());
            }
            return _root;
        }
    }

    private SafeFileHandle? OpenRoot(out int error)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(_path + "\0"))
        {
            const int currentFolder = -100;
            var opened = new Opened(openat(currentFolder, text, OpenPath | s_openFolder | OpenCloseOnExec, 0));
            error = opened.Error;
            return opened.Descriptor < 0 ? null : new SafeFileHandle(opened.Descriptor, ownsHandle: true);
        }
    }

    private readonly record struct Opened(int Descriptor, int Error) : IDisposable
    {
        public Opened(int descriptor)
            : this(descriptor, descriptor < 0 ? Marshal.GetLastPInvokeError() : 0)
        {
        }

        public void Dispose()
        {
            if (Descriptor >= 0)
                _ = close(Descriptor);
        }
    }

    // struct open_how, linux/openat2.h.
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, int folder, byte* path, OpenHow* how, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int folder, byte* path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlink(byte* path, byte* buffer, nint size);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
