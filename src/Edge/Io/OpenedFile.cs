using System.Runtime.InteropServices;

namespace Edge.Io;

/// <summary>A file or folder that is open for reading, and what was known of it at that moment. The owner disposes of it.</summary>
internal sealed unsafe partial class OpenedFile : IDisposable
{
    private const int Interrupted = 4;
    private const int EmptyPath = 0x1000;
    private const uint BasicFacts = 0x7ff;
    private const ushort TypeMask = 0xf000, TypeFolder = 0x4000, TypeRegular = 0x8000;

    private int _descriptor;

    private OpenedFile(int descriptor, in Statx facts)
    {
        _descriptor = descriptor;
        IsFolder = (facts.Mode & TypeMask) == TypeFolder;
        Size = (long)facts.Size;
        Modified = new DateTimeOffset(DateTime.UnixEpoch).AddSeconds(facts.ModifiedSeconds);
        Version = ((ulong)facts.ModifiedSeconds * 1_000_000_000UL) + facts.ModifiedNanoseconds;
    }

    public bool IsFolder { get; }

    /// <summary>In bytes.</summary>
    public long Size { get; }

    /// <summary>When it was last changed, in whole seconds as HTTP dates have it.</summary>
    public DateTimeOffset Modified { get; }

    /// <summary>The same in nanoseconds: another value means other contents.</summary>
    public ulong Version { get; }

    /// <returns>Null for what is neither a regular file nor a folder; the descriptor is still the caller's then.</returns>
    internal static OpenedFile? Of(int descriptor)
    {
        Statx facts;
        byte none = 0;
        if (statx(descriptor, &none, EmptyPath, BasicFacts, &facts) != 0 || (facts.Mode & TypeMask) is not (TypeFolder or TypeRegular))
            return null;
        return new OpenedFile(descriptor, facts);
    }

    /// <summary>Reads at an offset; waits for the disk where the bytes are not in memory.</summary>
    /// <returns>The number of bytes; 0 at the end, which may have come nearer since it was opened.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public int Read(Span<byte> buffer, long offset)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                var read = (int)pread(_descriptor, bytes, buffer.Length, offset);
                if (read >= 0)
                    return read;
                if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
                    throw new IOException($"a file cannot be read: {Marshal.GetPInvokeErrorMessage(error)}", error);
            }
        }
    }

    public void Dispose()
    {
        if (_descriptor < 0)
            return;
        _ = close(_descriptor);
        _descriptor = -1;
    }

    // struct statx, linux/stat.h: the same on every machine, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int folder, byte* path, int flags, uint mask, Statx* facts);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pread(int descriptor, byte* buffer, nint count, long offset);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
