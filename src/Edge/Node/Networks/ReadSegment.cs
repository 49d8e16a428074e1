using System.Buffers;
using System.Runtime.InteropServices;

namespace Edge.Node.Networks;

/// <summary>Bytes of a connection that lie together, as a piece of what its reader sees. The running index is the place in the stream.</summary>
internal sealed class ReadSegment : ReadOnlySequenceSegment<byte>
{
    public ReadSegment? NextSegment => (ReadSegment?)Next;

    /// <summary>Where the bytes behind it begin.</summary>
    public long End => RunningIndex + Memory.Length;

    public void Begin(ReadOnlyMemory<byte> bytes, long at)
    {
        Memory = bytes;
        RunningIndex = at;
        Next = null;
    }

    /// <summary>Takes bytes that lie right behind its own. A reader that has the segment already sees as many as it was shown.</summary>
    /// <returns>False: they lie elsewhere.</returns>
    public bool TryExtend(ReadOnlyMemory<byte> bytes)
    {
        if (!MemoryMarshal.TryGetArray(Memory, out var own) || !MemoryMarshal.TryGetArray(bytes, out var more)
            || own.Array != more.Array || own.Offset + own.Count != more.Offset)
            return false;
        Memory = own.Array.AsMemory(own.Offset, own.Count + more.Count);
        return true;
    }

    public void Append(ReadSegment? next) => Next = next;
}
