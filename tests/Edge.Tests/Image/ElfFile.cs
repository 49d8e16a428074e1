using System.Buffers.Binary;

namespace Edge.Tests.Image;

/// <summary>As much of a little-endian ELF64 file as says how it is linked (System V ABI, chapters 4 and 5).</summary>
internal sealed class ElfFile
{
    private const uint SegmentDynamic = 2, SegmentInterpreter = 3;
    private const uint SectionSymbols = 2;
    private const ulong TagEnd = 0, TagNeeded = 1;

    private readonly byte[] _file;

    public ElfFile(string path)
    {
        _file = File.ReadAllBytes(path);
        if (!_file.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException($"{path} is no little-endian ELF64 file");
    }

    /// <summary>3: a shared object or position-independent executable.</summary>
    public ushort Type => U16(16);

    /// <summary>62: x86-64; 183: AArch64.</summary>
    public ushort Machine => U16(18);

    /// <summary>Whether it names a dynamic loader.</summary>
    public bool HasInterpreter => Segments().Any(s => s.Type == SegmentInterpreter);

    /// <summary>How many shared libraries it asks the loader for.</summary>
    public int Needed
    {
        get
        {
            int count = 0;
            foreach ((_, int offset, int size) in Segments().Where(s => s.Type == SegmentDynamic))
            {
                for (int at = offset; at < offset + size && U64(at) != TagEnd; at += 16)
                    count += U64(at) == TagNeeded ? 1 : 0;
            }
            return count;
        }
    }

    /// <summary>Whether the symbol table was left in.</summary>
    public bool HasSymbols
    {
        get
        {
            int table = (int)U64(40), entrySize = U16(58), count = U16(60);
            return Enumerable.Range(0, count).Any(i => U32(table + i * entrySize + 4) == SectionSymbols);
        }
    }

    private IEnumerable<(uint Type, int Offset, int Size)> Segments()
    {
        int table = (int)U64(32), entrySize = U16(54), count = U16(56);
        for (int i = 0; i < count; i++)
        {
            int at = table + i * entrySize;
            yield return (U32(at), (int)U64(at + 8), (int)U64(at + 32));
        }
    }

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(at));

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(at));
}
