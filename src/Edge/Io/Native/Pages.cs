using Edge.Foundation.Buffers;

namespace Edge.Io.Native;

/// <summary>Memory as the kernel sees it.</summary>
internal static unsafe class Pages
{
    private const int DontNeed = 4; // MADV_DONTNEED

    /// <summary>Gives the whole pages inside a slab back; their content is lost.</summary>
    public static void GiveBack(Slab slab)
    {
        var size = (nuint)Environment.SystemPageSize;
        var start = ((nuint)slab.Start + size - 1) & ~(size - 1);
        var end = ((nuint)slab.Start + (nuint)slab.Length) & ~(size - 1);
        if (start < end)
            _ = Libc.Advise((void*)start, end - start, DontNeed);
    }
}
