using System.Runtime.InteropServices;

namespace Edge.Io.Native;

/// <summary>The executable as the kernel mapped it.</summary>
internal static unsafe partial class ProgramImage
{
    private const uint Load = 1;     // PT_LOAD
    private const uint Readable = 4; // PF_R
    private const int DontNeed = 4;  // MADV_DONTNEED

    /// <summary>
    /// Takes the read-only data out of the resident set. The runtime reads megabytes of it once, while it starts, to write its tables from
    /// it; what is needed again comes back from the page cache. Called first thing, it keeps them out of the peak too.
    /// </summary>
    public static void GiveBackConstants() => _ = IterateObjects(&GiveBackConstantsOf, null);

    // The executable is the first object that is told; another result than 0 ends the telling.
    [UnmanagedCallersOnly]
    private static int GiveBackConstantsOf(ObjectInfo* program, nuint size, void* unused)
    {
        var pageMask = (nuint)Environment.SystemPageSize - 1;
        for (var i = 0; i < program->HeaderCount; i++)
        {
            ref readonly var header = ref program->Headers[i];
            if (header.Type != Load || header.Flags != Readable)
                continue;
            var start = program->Base + header.Address;
            _ = Libc.Advise((void*)(start & ~pageMask), header.MemorySize + (start & pageMask), DontNeed);
        }
        return 1;
    }

    [LibraryImport("libc", EntryPoint = "dl_iterate_phdr")]
    private static partial int IterateObjects(delegate* unmanaged<ObjectInfo*, nuint, void*, int> visit, void* argument);

    // link.h, struct dl_phdr_info, as far as it is read.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ObjectInfo
    {
        public readonly nuint Base;
        public readonly byte* Name;
        public readonly ProgramHeader* Headers;
        public readonly ushort HeaderCount;
    }

    // elf.h, Elf64_Phdr.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ProgramHeader
    {
        public readonly uint Type;
        public readonly uint Flags;
        public readonly ulong Offset;
        public readonly nuint Address;
        public readonly nuint PhysicalAddress;
        public readonly nuint FileSize;
        public readonly nuint MemorySize;
        public readonly nuint Alignment;
    }
}
