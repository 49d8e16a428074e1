using System.Runtime.InteropServices;

namespace Edge.Io.Native;

/// <summary>The executable as the kernel mapped it.</summary>
internal static unsafe partial class ProgramImage
{
    private const uint Load = 1;       // PT_LOAD
    private const uint Executable = 1; // PF_X
    private const uint Writable = 2;   // PF_W
    private const int DontNeed = 4;    // MADV_DONTNEED
    private const int Own = 2;

    /// <summary>
    /// Takes the executable's constants out of the resident set. The runtime reads megabytes of them once, while it starts, to write its
    /// tables from them; what is needed again comes back from the page cache. Called first thing, it keeps them out of the peak too.
    /// </summary>
    public static void GiveBackConstants() => _ = IterateObjects(&GiveBackConstantsOf, null);

    /// <summary>
    /// The same for the constants and the code of the executable and of its libraries: most of what starting ran is not run again. Only where
    /// this code is the executable's own: a runtime that compiles at run time changes its library in memory, and what is given back
    /// comes back from the file.
    /// </summary>
    public static void GiveBackAll()
    {
        if (IterateObjects(&HasOwnCode, null) == Own)
            _ = IterateObjects(&GiveBackAllOf, null);
    }

    // The executable is the first object that is told; another result than 0 ends the telling.
    [UnmanagedCallersOnly]
    private static int GiveBackConstantsOf(ObjectInfo* program, nuint size, void* unused)
    {
        GiveBack(program, except: Executable | Writable);
        return 1;
    }

    [UnmanagedCallersOnly]
    private static int HasOwnCode(ObjectInfo* program, nuint size, void* unused)
    {
        var code = (nuint)(delegate* unmanaged<ObjectInfo*, nuint, void*, int>)&HasOwnCode;
        for (var i = 0; i < program->HeaderCount; i++)
        {
            ref readonly var header = ref program->Headers[i];
            if (header.Type == Load && code - (program->Base + header.Address) < header.MemorySize) return Own;
        }
        return 1;
    }

    [UnmanagedCallersOnly]
    private static int GiveBackAllOf(ObjectInfo* library, nuint size, void* unused)
    {
        GiveBack(library, except: Writable);
        return 0;
    }

    private static void GiveBack(ObjectInfo* loaded, uint except)
    {
        var pageMask = (nuint)Environment.SystemPageSize - 1;
        for (var i = 0; i < loaded->HeaderCount; i++)
        {
            ref readonly var header = ref loaded->Headers[i];
            if (header.Type != Load || (header.Flags & except) != 0)
                continue;
            var start = loaded->Base + header.Address;
            _ = Libc.Advise((void*)(start & ~pageMask), header.MemorySize + (start & pageMask), DontNeed);
        }
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
